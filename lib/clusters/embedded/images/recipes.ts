import { join } from 'node:path'
import type { BinaryName } from '../toolchain/components.ts'
import type { ImageFile } from './image.ts'
import { hostProgram, iptablesExtensions } from './programs.ts'

type Files = Record<string, ImageFile>

/** Where the content of images comes from. */
export interface ImageSources {
  /** Path of a program of the toolchain, when it is built. */
  binary: (name: BinaryName) => Promise<string>
  /** Path of Envoy. */
  envoy: () => Promise<string>
  /** Folder of a Go module that the toolchain module in `folder` pins. */
  moduleDir: (folder: string, importPath: string) => Promise<string>
}

/** What is in an image. Entrypoints, users and paths are those of the upstream image, which its chart relies on. */
export interface Recipe {
  reference: string
  /** Other names of the same image. */
  also?: readonly string[]
  entrypoint: string[]
  /** As in a Dockerfile; empty for root. */
  user: string
  files: (sources: ImageSources) => Promise<Files>
}

const executable = 0o755
const ofComponents = join(import.meta.dirname, '../../../components')

/** Built programs, by their paths in the image. */
export const built =
  (programs: Record<string, BinaryName>) =>
  async ({ binary }: ImageSources): Promise<Files> => {
    const files: Files = {}
    for (const [path, name] of Object.entries(programs)) files[path] = { source: await binary(name), mode: executable }
    return files
  }

/** Programs of this machine with their libraries, by their paths in the image. */
export const host = (...paths: string[]): Files =>
  Object.fromEntries(paths.map((path) => [path, { source: hostProgram(path), mode: executable, dynamic: true }]))

/** Scripts of Chaos Mesh's folder, by the names of the programs that they stand in for. */
const scripts = (files: Record<string, string>): Files =>
  Object.fromEntries(
    Object.entries(files).map(([name, file]) => [
      `/usr/local/bin/${name}`,
      { source: join(ofComponents, 'chaos-mesh/scripts', file), mode: executable },
    ]),
  )

export const links = (folder: string, names: string[], link: string): Files =>
  Object.fromEntries(names.map((name) => [`${folder}/${name}`, { link }]))

const applets =
  'sh cat chmod chown cp date dd df dirname find grep head ls mkdir mv rm sed sha256sum sleep stat sync tail touch true wc'

export const busybox = (): Files => ({
  '/bin/busybox': { source: hostProgram('/bin/busybox'), mode: executable },
  ...links('/bin', applets.split(' '), 'busybox'),
})

/** The nftables flavour, under every name that Istio and Chaos Mesh call it by. */
async function iptables(): Promise<Files> {
  const flavours = ['iptables', 'ip6tables', 'iptables-nft', 'ip6tables-nft']
  const names = flavours.flatMap((flavour) => [flavour, `${flavour}-save`, `${flavour}-restore`])
  return {
    ...host('/usr/sbin/xtables-nft-multi'),
    ...links('/usr/sbin', names, 'xtables-nft-multi'),
    ...(await iptablesExtensions()),
  }
}

async function proxyFiles(sources: ImageSources): Promise<Files> {
  const istio = await sources.moduleDir(join(ofComponents, 'istio/module'), 'istio.io/istio')
  const bootstrap = join(istio, 'tools/packaging/common/envoy_bootstrap.json')
  return {
    ...(await built({ '/usr/local/bin/pilot-agent': 'pilot-agent' })(sources)),
    '/usr/local/bin/envoy': { source: await sources.envoy(), mode: executable, dynamic: true },
    '/var/lib/istio/envoy/envoy_bootstrap_tmpl.json': { source: bootstrap, mode: 0o644 },
    ...(await iptables()),
    ...host('/usr/sbin/nft', '/usr/sbin/ip'),
  }
}

async function chaosDaemonFiles({ binary }: ImageSources): Promise<Files> {
  const daemon = await binary('chaos-daemon')
  return {
    '/usr/local/bin/chaos-daemon': { source: daemon, mode: executable, dynamic: true },
    ...scripts({ nsexec: 'nsexec.sh', pause: 'pause.sh', memStress: 'memstress.sh' }),
    ...busybox(),
    ...(await iptables()),
    ...host('/usr/sbin/ipset', '/usr/sbin/tc', '/usr/sbin/ip', '/usr/bin/nsenter'),
    ...host('/usr/bin/stress-ng', '/usr/bin/choom', '/usr/bin/setpriv'),
  }
}

export const root = ''

export const recipes: readonly Recipe[] = [
  {
    reference: 'localhost/meshdrill/pause:1',
    entrypoint: ['/node-init', 'pause'],
    user: root,
    files: built({ '/node-init': 'node-init' }),
  },
  {
    reference: 'localhost/meshdrill/coredns:1',
    entrypoint: ['/coredns'],
    user: root,
    files: built({ '/coredns': 'coredns' }),
  },
  {
    reference: 'localhost/meshdrill/local-path-provisioner:1',
    entrypoint: ['/usr/bin/local-path-provisioner'],
    user: root,
    files: built({ '/usr/bin/local-path-provisioner': 'local-path-provisioner' }),
  },
  {
    reference: 'localhost/meshdrill/busybox:1',
    entrypoint: ['/bin/sh'],
    user: root,
    files: () => Promise.resolve(busybox()),
  },
  {
    reference: 'localhost/meshdrill/ledger:1',
    entrypoint: ['/ledger'],
    user: '10001:10001',
    files: built({ '/ledger': 'ledger' }),
  },
  {
    reference: 'localhost/meshdrill/csi-driver:1',
    entrypoint: ['/csi-driver'],
    user: root,
    files: built({ '/csi-driver': 'csi-driver' }),
  },
  {
    reference: 'localhost/meshdrill/csi-provisioner:1',
    entrypoint: ['/csi-provisioner'],
    user: root,
    files: built({ '/csi-provisioner': 'csi-provisioner' }),
  },
  {
    reference: 'localhost/meshdrill/csi-snapshotter:1',
    entrypoint: ['/csi-snapshotter'],
    user: root,
    files: built({ '/csi-snapshotter': 'csi-snapshotter' }),
  },
  {
    reference: 'localhost/meshdrill/snapshot-controller:1',
    entrypoint: ['/snapshot-controller'],
    user: root,
    files: built({ '/snapshot-controller': 'snapshot-controller' }),
  },
  {
    reference: 'localhost/restic/restic:v1',
    entrypoint: ['/usr/local/bin/restic'],
    user: root,
    files: built({ '/usr/local/bin/restic': 'restic' }),
  },
  {
    reference: 'localhost/versity/versitygw:v1',
    entrypoint: ['/usr/local/bin/versitygw'],
    user: root,
    files: built({ '/usr/local/bin/versitygw': 'versitygw' }),
  },
  {
    reference: 'localhost/grafana/k6:v1',
    entrypoint: ['/usr/bin/k6'],
    user: '12345:12345',
    files: async (sources) => ({ ...(await built({ '/usr/bin/k6': 'k6' })(sources)), ...busybox() }),
  },
  {
    reference: 'localhost/grafana/k6-operator:v1',
    entrypoint: ['/manager'],
    user: '65532:65532',
    files: built({ '/manager': 'k6-operator' }),
  },
  {
    reference: 'localhost/grafana/k6-operator-starter:v1',
    entrypoint: ['/usr/bin/curl'],
    user: '65532:65532',
    files: () => Promise.resolve({ ...busybox(), ...host('/usr/bin/curl') }),
  },
  {
    reference: 'localhost/meshdrill/node:1',
    entrypoint: ['/usr/local/bin/node'],
    user: '65534:65534',
    files: () =>
      Promise.resolve({
        ...busybox(),
        '/usr/local/bin/node': { source: process.execPath, mode: executable, dynamic: true },
      }),
  },
  {
    reference: 'localhost/k8up/k8up:v1',
    entrypoint: ['/usr/local/bin/k8up'],
    user: root,
    files: built({ '/usr/local/bin/k8up': 'k8up', '/usr/local/bin/restic': 'restic-of-k8up' }),
  },
  {
    reference: 'localhost/istio/pilot:v1',
    entrypoint: ['/usr/local/bin/pilot-discovery'],
    user: '1337:1337',
    files: built({ '/usr/local/bin/pilot-discovery': 'pilot-discovery' }),
  },
  {
    reference: 'localhost/istio/proxyv2:v1',
    entrypoint: ['/usr/local/bin/pilot-agent'],
    user: root,
    files: proxyFiles,
  },
  {
    reference: 'localhost/velero/velero:v1',
    entrypoint: ['/velero'],
    user: root,
    files: built({ '/velero': 'velero', '/velero-restore-helper': 'velero-restore-helper' }),
  },
  {
    reference: 'localhost/velero/velero-plugin-for-aws:v1',
    entrypoint: ['/bin/cp-plugin', '/plugins/velero-plugin-for-aws', '/target/velero-plugin-for-aws'],
    user: '65532:65532',
    files: built({ '/bin/cp-plugin': 'cp-plugin', '/plugins/velero-plugin-for-aws': 'velero-plugin-for-aws' }),
  },
  {
    reference: 'localhost/chaos-mesh/chaos-mesh:v1',
    entrypoint: ['/usr/local/bin/chaos-controller-manager'],
    user: root,
    files: built({ '/usr/local/bin/chaos-controller-manager': 'chaos-controller-manager' }),
  },
  {
    reference: 'localhost/chaos-mesh/chaos-daemon:v1',
    entrypoint: ['/usr/local/bin/chaos-daemon'],
    user: root,
    files: chaosDaemonFiles,
  },
]
