import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'

const folder = join(import.meta.dirname, 'module')

export const MODULE = { path: 'github.com/grafana/k6-operator', version: 'v0.0.19' } as const

const programs = [
  {
    name: 'k6-operator',
    ...{ folder, package: MODULE.path, module: MODULE, cgo: false, stamps: {} },
    coldSeconds: 30,
  },
] as const satisfies readonly GoProgram[]

export const built = {
  programs,
  images: {
    'grafana/k6-operator': {
      reference: 'localhost/grafana/k6-operator:v1',
      entrypoint: ['/manager'],
      user: '65532:65532',
      content: [{ built: { '/manager': 'k6-operator' } }],
    },
    'grafana/k6-operator-starter': {
      reference: 'localhost/grafana/k6-operator-starter:v1',
      entrypoint: ['/usr/bin/curl'],
      user: '65532:65532',
      content: [{ set: 'busybox' }, { host: ['/usr/bin/curl'] }],
    },
  },
  charts: {
    'grafana/k6-operator': {
      ...{ folder, path: MODULE.path, chart: 'charts/k6-operator' },
      values: {
        manager: {
          image: { registry: 'localhost', repository: 'grafana/k6-operator', tag: 'v1', pullPolicy: 'Never' },
        },
      },
    },
  },
} as const satisfies Built
