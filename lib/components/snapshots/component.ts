import { type Component, KEEP, READ, uses, type Use } from '../component.ts'
import { defineTool, takesSnapshots } from '../strategy.ts'

/** Rights of a tool that takes CSI snapshots of volumes. */
export const SNAPSHOT_RIGHTS: readonly Use[] = [
  ...uses('snapshot.storage.k8s.io', ['volumesnapshots', 'volumesnapshotcontents'], KEEP),
  ...uses('snapshot.storage.k8s.io', ['volumesnapshotclasses'], READ),
].map((use) => ({ ...use, onlyWithSnapshots: true }))

const tool = defineTool({
  name: 'kubernetes',
  strategies: { 'volume-snapshot': takesSnapshots },
  load: () => import('./drivers.ts'),
})

/** Kubernetes' own snapshots of volumes, without a backup tool. The tool name of its strategies is "kubernetes". */
export const snapshots = {
  name: 'snapshots',
  title: 'VolumeSnapshots',
  kind: 'tool',
  tool,
  neededBy: 'choice',
  // The version is that of the component snapshot-controller.
  version: { published: null, built: null, differs: null },
  partVersions: {},
  published: null,
  built: null,
  presence: { none: 'snapshots are in the namespaces of drills and in the storage, and a run removes both' },
  rights: SNAPSHOT_RIGHTS,
} as const satisfies Component
