import { imageByDigest } from '../../lab/published.ts'
import { fromModule, type Component } from '../component.ts'
import { copiesFiles, defineTool } from '../strategy.ts'
import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'

const MODULE = { path: 'github.com/restic/restic', version: 'v0.18.0' } as const

const programs = [
  {
    name: 'restic',
    // Velero's Go module also pins restic, so both are built from the same packages.
    folder: join(import.meta.dirname, '../velero/module'),
    package: `${MODULE.path}/cmd/restic`,
    module: MODULE,
    cgo: false,
    stamps: {},
    coldSeconds: 30,
  },
] as const satisfies readonly GoProgram[]

const built = {
  programs,
  images: {
    'restic/restic': {
      reference: 'localhost/restic/restic:v1',
      entrypoint: ['/usr/local/bin/restic'],
      user: '',
      content: [{ built: { '/usr/local/bin/restic': 'restic' } }],
    },
  },
} as const satisfies Built

const tool = defineTool({
  name: 'restic',
  strategies: {
    manual: { ...copiesFiles, stopsService: true, isPointInTime: true },
    automated: { ...copiesFiles, keepsObjects: true, isScheduled: true },
    incremental: copiesFiles,
  },
  load: () => import('./drivers.ts'),
})

export const restic = {
  name: 'restic',
  title: 'restic',
  kind: 'tool',
  tool,
  neededBy: 'choice',
  version: {
    published: { version: '0.18.0', source: 'its public image' },
    built: fromModule(MODULE),
    differs: null,
  },
  partVersions: {},
  published: {
    images: {
      'restic/restic': imageByDigest(
        'docker.io/restic/restic:0.18.0',
        'sha256:4cf4a61ef9786f4de53e9de8c8f5c040f33830eb0a10bf3d614410ee2fcb6120',
      ),
    },
    programs: {
      restic: { ask: ['version'], version: '0.17', exact: false, install: 'https://restic.readthedocs.io/' },
    },
  },
  built,
  presence: { none: 'its Jobs and Secrets are in the namespaces of drills, and are removed with them' },
  // Every run has rights for Jobs, CronJobs and Secrets.
  rights: [],
} as const satisfies Component
