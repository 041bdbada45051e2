import { type Component, KEEP, READ, uses, type Use } from '../component.ts'
import { defineTool, takesSnapshots } from '../strategy.ts'

/** What a tool needs that takes CSI snapshots of volumes. */
export const SNAPSHOT_RIGHTS: readonly Use[] = [
  ...uses('snapshot.storage.k8s.io', ['volumesnapshots', 'volumesnapshotcontents'], KEEP),
  ...uses('snapshot.storage.k8s.io', ['volumesnapshotclasses'], READ),
].map((use) => ({ ...use, onlyWithSnapshots: true }))

const tool = defineTool({
  name: 'kubernetes',
  strategies: { 'volume-snapshot': takesSnapshots },
  load: () => import('./drivers.ts'),
})

/** Kubernetes' own snapshots of volumes, without a backup tool. Its strategies bear the tool name "kubernetes". */
export const snapshots = {
  name: 'snapshots',
  title: 'VolumeSnapshots',
  kind: 'tool',
  tool,
  neededBy: 'choice',
  // The version that counts is that of snapshot-controller, a component of its own.
  version: { published: null, built: null, differs: null },
  partVersions: {},
  published: null,
  built: null,
  presence: { none: 'snapshots live in the namespaces of drills and in the storage; a run removes both' },
  rights: SNAPSHOT_RIGHTS,
} as const satisfies Component
