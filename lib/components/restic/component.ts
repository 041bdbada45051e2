import { imageByDigest } from '../../lab/published.ts'
import { fromModule, type Component } from '../component.ts'
import { built, MODULE } from './recipe.ts'
import { tool } from './strategies.ts'

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
  presence: { none: 'its Jobs and Secrets are in the namespaces of drills, which are removed whole' },
  // Jobs, CronJobs and Secrets are among the rights of every run.
  rights: [],
} as const satisfies Component
