import { join } from 'node:path'
import type { GoProgram } from '../../lab/built.ts'
import { imageByTag } from '../../lab/published.ts'
import { fromModule, type Component } from '../component.ts'

const MODULE = { path: 'go.k6.io/k6', version: 'v1.8.1' } as const

const programs = [
  {
    name: 'k6',
    folder: join(import.meta.dirname, '../shared-module'),
    ...{ package: MODULE.path, module: MODULE, cgo: false, stamps: {} },
    coldSeconds: 43,
  },
] as const satisfies readonly GoProgram[]

/** k6 sends the load, as a program on the drills' machine or in containers. */
export const k6 = {
  name: 'k6',
  title: 'k6',
  kind: 'load',
  neededBy: 'every run',
  version: {
    published: { version: 'v1.8.1', source: 'its public image', machineOwn: true },
    built: fromModule(MODULE),
    differs: null,
  },
  partVersions: {},
  published: {
    images: { 'grafana/k6': imageByTag('docker.io/grafana/k6:1.8.1') },
    programs: {
      k6: {
        ask: ['version'],
        version: '1.0',
        exact: false,
        install: 'https://grafana.com/docs/k6/latest/set-up/install-k6/',
      },
    },
  },
  built: {
    programs,
    images: {
      'grafana/k6': {
        reference: 'localhost/grafana/k6:v1',
        entrypoint: ['/usr/bin/k6'],
        user: '12345:12345',
        content: [{ built: { '/usr/bin/k6': 'k6' } }, { set: 'busybox' }],
      },
    },
  },
  presence: { none: 'it runs on the drills’ machine, or in pods that belong to a drill' },
  rights: [],
} as const satisfies Component
