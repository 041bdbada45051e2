import { deployment, KEEP, uses, type Component } from '../component.ts'
import { SNAPSHOT_RIGHTS } from '../snapshots/component.ts'
import { copiesFiles, defineTool } from '../strategy.ts'
import { collectSnapshotClass, SNAPSHOT_CLASS } from './snapshot-class.ts'

const VERSION = '8.5.5'
const NAMESPACE = 'kasten-io'

const exportsSnapshots = {
  ...copiesFiles,
  volumes: 'snapshots',
  keepsObjects: true,
  isPointInTime: true,
  backsUpObjects: true,
} as const

const tool = defineTool({
  name: 'kasten',
  strategies: { export: exportsSnapshots, 'export-incremental': exportsSnapshots },
  terms: 'k10Eula',
  load: () => import('./drivers.ts'),
})

const REFUSAL =
  'Kasten K10 is there, with backups of yours: drills would strike them. Next: choose another tool with MESHDRILL_TOOL, or a cluster without K10'

/** Kasten K10 of Veeam. Its agreement is the user's to accept. */
export const kasten = {
  name: 'kasten',
  title: 'Kasten K10',
  kind: 'tool',
  tool,
  neededBy: 'choice',
  version: { published: { version: VERSION, source: 'its Helm chart' }, built: null, differs: null },
  partVersions: {},
  published: {
    charts: { 'kasten/k10': { repository: 'https://charts.kasten.io/', chart: 'k10', version: VERSION } },
    chartImages: ['kasten/k10'],
  },
  built: null,
  presence: [
    {
      name: 'kasten',
      title: 'Kasten K10',
      mark: deployment(NAMESPACE, 'catalog-svc'),
      namespaces: [NAMESPACE],
      podSecurity: 'baseline',
      groups: ['kio.kasten.io'],
      releases: [{ name: 'k10', namespace: NAMESPACE }],
      objects: [SNAPSHOT_CLASS],
      images: ['kasten/k10'],
      refuse: () => Promise.resolve(REFUSAL),
      collectTraces: collectSnapshotClass,
    },
  ],
  rights: [
    ...uses('actions.kio.kasten.io', ['backupactions', 'exportactions', 'restoreactions'], KEEP),
    ...uses('apps.kio.kasten.io', ['restorepoints', 'restorepointcontents'], KEEP),
    ...uses('config.kio.kasten.io', ['profiles'], KEEP),
    ...SNAPSHOT_RIGHTS,
    ...uses('snapshot.storage.k8s.io', ['volumesnapshotclasses'], KEEP).map((use) => ({
      ...use,
      onlyWithSnapshots: true as const,
    })),
  ],
} as const satisfies Component
