import { KEEP, READ, uses, type Use } from '../component.ts'

/** What a tool needs that takes CSI snapshots of volumes. */
export const SNAPSHOT_RIGHTS: readonly Use[] = [
  ...uses('snapshot.storage.k8s.io', ['volumesnapshots', 'volumesnapshotcontents'], KEEP),
  ...uses('snapshot.storage.k8s.io', ['volumesnapshotclasses'], READ),
].map((use) => ({ ...use, onlyWithSnapshots: true }))
