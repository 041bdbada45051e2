import { imageByTag } from '../../lab/published.ts'
import { fromModule, KEEP, uses, type Component } from '../component.ts'
import { SNAPSHOT_RIGHTS } from '../snapshots/rights.ts'
import { parts } from './presence.ts'
import { AWS_MODULE, built, MODULE } from './recipe.ts'
import { tool } from './strategies.ts'

const RELEASE = 'v1.18.3'
const PLUGIN_RELEASE = 'v1.14.3'

export const velero = {
  name: 'velero',
  title: 'Velero',
  kind: 'tool',
  tool,
  neededBy: 'choice',
  version: {
    published: { version: RELEASE, source: 'its public image' },
    built: fromModule(MODULE),
    differs: null,
  },
  partVersions: {
    'velero-plugin-for-aws': {
      published: { version: PLUGIN_RELEASE, source: 'its public image' },
      built: fromModule(AWS_MODULE),
      differs: null,
    },
  },
  published: {
    images: {
      'velero/velero': imageByTag(`docker.io/velero/velero:${RELEASE}`),
      'velero/velero-plugin-for-aws': imageByTag(`docker.io/velero/velero-plugin-for-aws:${PLUGIN_RELEASE}`),
    },
    programs: {
      // It prints the manifests of its own version.
      velero: {
        ask: ['version', '--client-only'],
        version: '1.18',
        exact: true,
        install: 'https://velero.io/docs/v1.18/basic-install/',
      },
    },
  },
  built,
  presence: parts,
  rights: [
    ...uses('velero.io', ['backups', 'restores', 'schedules', 'podvolumebackups', 'podvolumerestores'], KEEP),
    ...SNAPSHOT_RIGHTS,
  ],
} as const satisfies Component
