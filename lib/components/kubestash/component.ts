import { deployment, KEEP, uses, type Component } from '../component.ts'
import { copiesFiles, defineTool } from '../strategy.ts'

const VERSION = 'v2026.2.26'
/** As in its guide. */
const NAMESPACE = 'stash'

const tool = defineTool({
  name: 'kubestash',
  strategies: {
    'logical-backup': { ...copiesFiles, keepsObjects: true },
    'logical-incremental': { ...copiesFiles, keepsObjects: true },
  },
  terms: 'stashLicense',
  load: () => import('./drivers.ts'),
})

const REFUSAL =
  'KubeStash is there, with backups of yours: drills would strike them. Next: choose another tool with MESHDRILL_TOOL, or a cluster without KubeStash'

/** Drills change its storage, kill its pods and delete its objects. One that keeps a user's own backups must not be drilled. */
const refuseAny = (): Promise<string> => Promise.resolve(REFUSAL)

/** KubeStash of AppsCode, the successor of Stash. Its licence is the user's. */
export const kubestash = {
  name: 'kubestash',
  title: 'KubeStash',
  kind: 'tool',
  tool,
  neededBy: 'choice',
  version: { published: { version: VERSION, source: 'its Helm chart' }, built: null, differs: null },
  partVersions: {},
  published: {
    charts: {
      'kubestash/kubestash': {
        repository: null,
        chart: 'oci://ghcr.io/appscode-charts/kubestash',
        version: VERSION,
      },
    },
    chartImages: ['kubestash/kubestash', 'kubestash/pvc'],
  },
  built: null,
  presence: [
    {
      name: 'kubestash',
      title: 'KubeStash',
      mark: deployment(NAMESPACE, 'kubestash-kubestash-operator'),
      namespaces: [NAMESPACE],
      podSecurity: 'baseline',
      groups: ['kubestash.com'],
      releases: [{ name: 'kubestash', namespace: NAMESPACE }],
      objects: [],
      images: ['kubestash/kubestash', 'kubestash/pvc'],
      refuse: refuseAny,
      collectTraces: null,
    },
  ],
  rights: [
    ...uses('core.kubestash.com', ['backupconfigurations', 'backupsessions', 'restoresessions'], KEEP),
    ...uses('storage.kubestash.com', ['backupstorages', 'retentionpolicies', 'repositories', 'snapshots'], KEEP),
  ],
} as const satisfies Component
