import { chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canRaiseLimits } from '../../embedded/node-spec.ts'
import { run } from '../../../system/run.ts'
import type { Toolchain } from '../../embedded/toolchain/build.ts'
import { moduleDir } from '../../embedded/toolchain/go.ts'
import { kubernetesVersion, wrapperScripts } from './recipes.ts'

const here = import.meta.dirname

/** Folder of the volumes on a node's local disk. */
export const LOCAL_VOLUMES = '/var/local-path-provisioner'
const inRoot = (root: string, program: string, ...args: string[]) => run('chroot', [root, program, ...args])

/** Installs the files of a kind node and Kubernetes in a Debian root. */
export async function installNodeFiles(root: string, toolchain: Pick<Toolchain, 'binary'>): Promise<void> {
  const kind = await moduleDir('../../kind/toolchain', 'sigs.k8s.io/kind')
  await run('cp', ['--recursive', `${join(kind, 'images/base/files')}/.`, root])
  // Files of a Go module are read-only.
  await run('chmod', [
    '--recursive',
    'u+w',
    ...['kind', 'etc', 'usr/local', 'LICENSES'].map((path) => join(root, path)),
  ])
  for (const folder of ['usr/local/bin', 'kind/bin'])
    for (const file of await readdir(join(root, folder))) await chmod(join(root, folder, file), 0o755)
  await installPrograms(root, toolchain)
  await writeFile(join(root, 'kind/version'), kubernetesVersion)
  await mkdir(join(root, 'kind/manifests'), { recursive: true })
  await mkdir(join(root, 'etc/kubernetes/manifests'), { recursive: true })
  await cp(join(here, 'network.yaml'), join(root, 'kind/manifests/default-cni.yaml'))
  // /var is a Docker volume, so that the volumes of a stopped node can be wiped.
  const storage = await readFile(join(here, '../../embedded/local-storage.yaml'), 'utf8')
  await writeFile(
    join(root, 'kind/manifests/default-storage.yaml'),
    storage.replaceAll('/opt/local-path-provisioner', LOCAL_VOLUMES),
  )
  await configureContainerd(root)
  await configureSystemd(root)
}

async function installPrograms(root: string, { binary }: Pick<Toolchain, 'binary'>): Promise<void> {
  await mkdir(join(root, 'opt/cni/bin'), { recursive: true })
  await run('sh', ['-c', 'cp "$1"/usr/lib/cni/* "$1"/opt/cni/bin/', 'sh', root])
  for (const program of ['containerd', 'ctr', 'containerd-shim-runc-v2'])
    await symlink(`/usr/bin/${program}`, join(root, 'usr/local/bin', program))
  for (const name of ['kubernetes', 'kubeadm'] as const) {
    await cp(await binary(name), join(root, 'usr/bin', name))
    await chmod(join(root, 'usr/bin', name), 0o755)
  }
  const named = Object.entries(wrapperScripts(['kubelet', 'kubectl'], '/usr/bin/kubernetes'))
  for (const [name, text] of named) await writeFile(join(root, 'usr/bin', name), text, { mode: 0o755 })
}

/** Sets the defaults for containers: those of this containerd, without limits that the node must not raise. */
async function configureContainerd(root: string): Promise<void> {
  const spec = JSON.parse(await inRoot(root, 'ctr', 'oci', 'spec')) as {
    process: { rlimits?: unknown; capabilities: Record<string, string[]> }
    hooks?: unknown
  }
  delete spec.process.rlimits
  if (!canRaiseLimits())
    for (const [kind, names] of Object.entries(spec.process.capabilities))
      spec.process.capabilities[kind] = names.filter((name) => name !== 'CAP_SYS_RESOURCE')
  spec.hooks = { createContainer: [{ path: '/kind/bin/mount-product-files.sh' }] }
  await writeFile(join(root, 'etc/containerd/cri-base.json'), JSON.stringify(spec))
  const file = join(root, 'etc/containerd/config.toml')
  const config = await readFile(file, 'utf8')
  const setting = 'restrict_oom_score_adj = false'
  if (!config.includes(setting))
    throw new Error(`"${file}" of kind has no "${setting}". Next: adapt configureContainerd to this version of kind`)
  const changed = `restrict_oom_score_adj = ${!canRaiseLimits()}\n  disable_apparmor = true`
  await writeFile(file, config.replace(setting, changed))
}

/** Disables services that systemd starts on a machine and that a node in a container does not need. */
async function configureSystemd(root: string): Promise<void> {
  const units = [
    'lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service',
    ...['multi-user', 'local-fs', 'basic', 'timers'].map((target) => `lib/systemd/system/${target}.target.wants`),
  ]
  for (const folder of await readdir(join(root, 'etc/systemd/system')))
    if (folder.endsWith('.wants')) units.push(`etc/systemd/system/${folder}`)
  for (const unit of units) await rm(join(root, unit), { recursive: true, force: true })
  const sockets = join(root, 'lib/systemd/system/sockets.target.wants')
  for (const file of await readdir(sockets)) if (/udev|initctl/.test(file)) await rm(join(sockets, file))
  const journal = join(root, 'etc/systemd/journald.conf')
  await writeFile(journal, `${await readFile(journal, 'utf8')}ReadKMsg=no\n`)
  await inRoot(root, 'systemctl', 'enable', 'kubelet.service', 'containerd.service', 'undo-mount-hacks.service')
  await inRoot(root, 'systemctl', 'mask', 'systemd-binfmt.service')
}

/** Imports images into the node's containerd. It runs in the root for that. */
export async function preloadImages(root: string, archives: string[]): Promise<void> {
  const script = `
set -e
root=$1; shift
mount --make-rprivate /
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mkdir "$root/run/images"
printf 'version = 2\\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\\n' > "$root/run/preload.toml"
chroot "$root" containerd --config /run/preload.toml > "$root/run/preload.log" 2>&1 &
for attempt in $(seq 100); do [ -S "$root/run/containerd/containerd.sock" ] && break; sleep 0.1; done
for archive; do
  touch "$root/run/images/image.tar"
  mount --bind "$archive" "$root/run/images/image.tar"
  chroot "$root" ctr --namespace k8s.io images import --no-unpack /run/images/image.tar
  umount "$root/run/images/image.tar"
done
`
  await run('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh', root, ...archives], {
    timeoutMs: 10 * 60_000,
  })
}
