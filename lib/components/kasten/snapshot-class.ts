import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'

/** K10 takes snapshots with the VolumeSnapshotClass of a driver that has this annotation. */
const MARK = { 'k10.kasten.io/is-snapshot-class': 'true' }

const classNamed = (name: string): ObjectReference => ({
  apiVersion: 'snapshot.storage.k8s.io/v1',
  kind: 'VolumeSnapshotClass',
  metadata: { name },
})

export const SNAPSHOT_CLASS = classNamed('meshdrill-kasten')

/** K10's own copy of that class, which keeps snapshots when their VolumeSnapshot is deleted. */
const COPY = classNamed(`k10-clone-${SNAPSHOT_CLASS.metadata.name}`)

type SnapshotClass = KubeObject & { driver?: string; deletionPolicy?: string; parameters?: Record<string, string> }

/**
 * Applies a copy of the lab's VolumeSnapshotClass with K10's annotation. The lab's class may be a user's, and stays as it is.
 * Without volumes that take snapshots, nothing is applied. Errors: the lab's class is gone.
 */
export async function applySnapshotClass({ kube, cluster }: Pick<Lab, 'kube' | 'cluster'>): Promise<void> {
  const { snapshots, ofSnapshots } = cluster.storageClasses
  const name = ofSnapshots ?? snapshots
  if (name === null) return
  const found = await kube.get<SnapshotClass>(classNamed(name))
  if (found === null) throw new Error(`VolumeSnapshotClass "${name}" is gone. Next: kubectl get volumesnapshotclasses`)
  const { driver, deletionPolicy, parameters } = found
  await kube.apply([
    {
      ...SNAPSHOT_CLASS,
      metadata: { ...SNAPSHOT_CLASS.metadata, annotations: MARK },
      ...{ driver, deletionPolicy, ...(parameters === undefined ? {} : { parameters }) },
    },
  ])
}

/** Finds K10's copy of the class, and returns a function that removes it. */
export async function collectSnapshotClass(kube: KubeClient): Promise<() => Promise<void>> {
  const uid = (await kube.get(COPY))?.metadata.uid
  return async () => {
    if (uid !== undefined) await kube.delete({ ...COPY, metadata: { ...COPY.metadata, uid } })
  }
}
