import { cacheFolder } from '../../../system/environment.ts'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureImages } from '../../embedded/images/images.ts'
import { canRaiseLimits } from '../../embedded/node-spec.ts'
import { run } from '../../../system/run.ts'
import { startToolchain } from '../../embedded/toolchain/build.ts'
import { findCached, keyOf, makeCached, type CacheEntry } from '../../embedded/toolchain/cache.ts'
import { installCommand } from '../../embedded/toolchain/debian.ts'
import { docker, dockerProblem } from '../../../docker/docker.ts'
import { kubernetesVersion, nodeImage, nodeRecipes } from './recipes.ts'
import { installNodeFiles, preloadImages } from './root.ts'

const PACKAGES = [
  ...['systemd', 'systemd-sysv', 'dbus', 'procps', 'util-linux', 'mount', 'kmod', 'hostname', 'gawk'],
  ...['iproute2', 'iptables', 'nftables', 'ipset', 'conntrack', 'ethtool', 'socat', 'containernetworking-plugins'],
  ...['containerd', 'runc', 'pigz', 'e2fsprogs', 'jq', 'curl', 'ca-certificates'],
]
const RELEASE = 'bookworm'
const DEBOOTSTRAP = '/usr/sbin/debootstrap'
const MINUTES = 60_000
type Log = (line: string) => void

/** Reasons why a node image cannot be built here, each with the next command. Empty if it can. Changes nothing. */
async function nodeImageProblems(): Promise<string[]> {
  const docker = await dockerProblem()
  return [
    ...(docker === null ? [] : [docker]),
    ...(process.getuid?.() === 0 ? [] : ['building a node image needs root. Next: sudo -E npx meshdrill node-image']),
    ...(existsSync(DEBOOTSTRAP) ? [] : [`debootstrap is missing. Next, as root: ${installCommand(['debootstrap'])}`]),
  ]
}

/**
 * Builds a node image for kind without an image registry, and imports it into Docker. It contains Debian's packages, the files of
 * kind's Go module, and the toolchain's Kubernetes with the images of its control plane. Returns the path of the archive. Errors:
 * those of `nodeImageProblems`, or a package or module cannot be downloaded; then no file is left.
 */
export async function makeNodeImage(log: Log): Promise<string> {
  const problems = await nodeImageProblems()
  if (problems.length > 0) throw new Error(`The node image cannot be built here:\n  ${problems.join('\n  ')}`)
  const toolchain = startToolchain({
    log,
    wanted: ['kubernetes', 'node-init', 'coredns', 'local-path-provisioner', 'kubeadm', 'etcd'],
  })
  await toolchain.done()
  const images = ensureImages(toolchain, { log, from: nodeRecipes })
  const archives = await Promise.all(images.references.map((reference) => images.archive(reference)))
  const debian = await makeDebian(log)
  const paths = archives.map(({ path }) => path)
  const entry = await nodeEntry([debian, ...paths, await toolchain.binary('kubeadm')])
  const known = await findCached(entry, log)
  if (known !== null) log(`the node image is in the cache: ${known}`)
  const path =
    known ??
    (await makeCached(entry, (temporary) =>
      withWorkFolder(async (root) => {
        log(`Kubernetes ${kubernetesVersion} and its images …`)
        await run('tar', ['--extract', '--numeric-owner', '--file', debian, '--directory', root], {
          timeoutMs: 10 * MINUTES,
        })
        await installNodeFiles(root, toolchain)
        await preloadImages(root, paths)
        log('packing …')
        await run('tar', ['--create', '--numeric-owner', '--directory', root, '--file', temporary, '.'], {
          timeoutMs: 10 * MINUTES,
        })
      }),
    ))
  log(`Docker imports it as ${nodeImage} …`)
  await docker(importCommand(path), 20 * MINUTES)
  return path
}

const entryOf = (name: string, key: string): CacheEntry => ({
  folder: join(cacheFolder(), 'nodes'),
  name,
  key,
  suffix: '.tar',
})

/** Cache entry of a node image. `inputs` are paths of cached files: their names change with their content. */
async function nodeEntry(inputs: string[]): Promise<CacheEntry> {
  const here = import.meta.dirname
  const own = ['root.ts', 'network.sh', 'network.yaml', '../../embedded/local-storage.yaml', '../toolchain/go.mod']
  const contents = await Promise.all(own.map((file) => readFile(join(here, file))))
  return entryOf('node', keyOf([...inputs, ...contents, String(canRaiseLimits())]))
}

/** Path of the archive with Debian's packages. It depends only on the list of packages. */
async function makeDebian(log: Log): Promise<string> {
  const entry = entryOf('debian', keyOf([RELEASE, process.arch, ...PACKAGES]))
  const known = await findCached(entry, log)
  if (known !== null) return known
  log(`Debian ${RELEASE} by debootstrap …`)
  // The work folder is in memory, because the many fsyncs of the installation would be slow on a disk.
  const script = `
set -e
mount -t tmpfs -o size=3g tmpfs "$1"
debootstrap --variant=minbase --include=${PACKAGES.join(',')} ${RELEASE} "$1/root" >&2
rm -rf "$1"/root/var/cache/apt/archives/*.deb "$1"/root/var/lib/apt/lists/*
tar --create --numeric-owner --directory "$1/root" --file "$2" .
`
  return makeCached(entry, (temporary) =>
    withWorkFolder(async (work) => {
      await run('unshare', ['--mount', 'sh', '-c', script, 'sh', work, temporary], { timeoutMs: 30 * MINUTES })
    }),
  )
}

async function withWorkFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const work = await mkdtemp(join(cacheFolder(), 'node-image-'))
  try {
    await use(work)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Arguments of `docker` that import the image of an archive. */
export function importCommand(archive: string): string[] {
  const changes = ['ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]', 'ENV container=docker']
  return ['import', ...changes.flatMap((change) => ['--change', change]), archive, nodeImage]
}
