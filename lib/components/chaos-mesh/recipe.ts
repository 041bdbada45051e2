import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'

const folder = join(import.meta.dirname, 'module')

export const MODULE = {
  path: 'github.com/chaos-mesh/chaos-mesh',
  version: 'v0.9.1-0.20260902003049-47411975a8cb',
} as const

const stamps = {
  'github.com/chaos-mesh/chaos-mesh/pkg/version.gitVersion': MODULE.version,
  'github.com/chaos-mesh/chaos-mesh/pkg/version.gitCommit': '47411975a8cb',
}

const programs = [
  {
    name: 'chaos-controller-manager',
    ...{ folder, package: `${MODULE.path}/cmd/chaos-controller-manager`, module: MODULE, cgo: false, stamps },
    coldSeconds: 133,
  },
  {
    name: 'chaos-daemon',
    ...{ folder, package: `${MODULE.path}/cmd/chaos-daemon`, module: MODULE, cgo: true, stamps },
    coldSeconds: 94,
  },
] as const satisfies readonly GoProgram[]

const script = (file: string): string => join(import.meta.dirname, 'scripts', file)

export const built = {
  programs,
  images: {
    'chaos-mesh/chaos-mesh': {
      reference: 'localhost/chaos-mesh/chaos-mesh:v1',
      entrypoint: ['/usr/local/bin/chaos-controller-manager'],
      user: '',
      content: [{ built: { '/usr/local/bin/chaos-controller-manager': 'chaos-controller-manager' } }],
    },
    'chaos-mesh/chaos-daemon': {
      reference: 'localhost/chaos-mesh/chaos-daemon:v1',
      entrypoint: ['/usr/local/bin/chaos-daemon'],
      user: '',
      content: [
        { dynamic: { '/usr/local/bin/chaos-daemon': 'chaos-daemon' } },
        {
          scripts: {
            '/usr/local/bin/nsexec': script('nsexec.sh'),
            '/usr/local/bin/pause': script('pause.sh'),
            '/usr/local/bin/memStress': script('memstress.sh'),
          },
        },
        { set: 'busybox' },
        { set: 'iptables' },
        { host: ['/usr/sbin/ipset', '/usr/sbin/tc', '/usr/sbin/ip', '/usr/bin/nsenter'] },
        { host: ['/usr/bin/stress-ng', '/usr/bin/choom', '/usr/bin/setpriv'] },
      ],
    },
  },
  charts: {
    'chaos-mesh/chaos-mesh': {
      ...{ folder, path: MODULE.path, chart: 'helm/chaos-mesh' },
      values: {
        images: { registry: 'localhost', tag: 'v1' },
        controllerManager: { podChaos: { podFailure: { pauseImage: 'localhost/meshdrill/pause:1' } } },
      },
    },
  },
} as const satisfies Built
