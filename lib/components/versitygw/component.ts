import { join } from 'node:path'
import type { GoProgram } from '../../lab/built.ts'
import { imageByTag } from '../../lab/published.ts'
import { fromModule, type Component } from '../component.ts'

const MODULE = { path: 'github.com/versity/versitygw', version: 'v1.8.0' } as const

const programs = [
  {
    name: 'versitygw',
    folder: join(import.meta.dirname, '../shared-module'),
    ...{ package: `${MODULE.path}/cmd/versitygw`, module: MODULE, cgo: false },
    stamps: { 'main.Version': MODULE.version },
    coldSeconds: 43,
  },
] as const satisfies readonly GoProgram[]

/** The S3 store on plain files, outside the cluster. */
export const versitygw = {
  name: 'versitygw',
  title: 'versitygw',
  kind: 'store',
  neededBy: 'every run',
  version: {
    published: { version: 'v1.8.0', source: 'its public image', machineOwn: true },
    built: fromModule(MODULE),
    differs: null,
  },
  partVersions: {},
  published: {
    images: { 'versity/versitygw': imageByTag('docker.io/versity/versitygw:v1.8.0') },
    programs: {
      versitygw: { ask: ['--version'], version: '1.0', exact: false, install: 'https://github.com/versity/versitygw' },
    },
  },
  built: {
    programs,
    images: {
      'versity/versitygw': {
        reference: 'localhost/versity/versitygw:v1',
        entrypoint: ['/usr/local/bin/versitygw'],
        user: '',
        content: [{ built: { '/usr/local/bin/versitygw': 'versitygw' } }],
      },
    },
  },
  presence: { none: 'it runs outside the cluster, so that it survives the loss of the cluster' },
  rights: [],
} as const satisfies Component
