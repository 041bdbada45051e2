import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { TIMEOUT } from '../support/job-pods.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import { API, contentReference, snapshotReference, type VolumeSnapshot, type VolumeSnapshotContent } from './objects.ts'
import { shellCommand } from '../../output/shorten.ts'

/** Snapshots that were imported into another namespace. */
export interface ImportedSnapshots {
  /** Deletes the imported objects. The snapshots in the storage stay. */
  remove(): Promise<void>
}

/**
 * Imports snapshots into another namespace, because a claim can only use snapshots of its own namespace. Each import is a
 * second VolumeSnapshotContent for the same handle. Its policy Retain keeps the snapshot when the import is deleted.
 */
export async function importSnapshots(lab: Lab, snapshots: VolumeSnapshot[], into: string): Promise<ImportedSnapshots> {
  const pairs = await Promise.all(snapshots.map((snapshot) => pairFor(lab, snapshot, into)))
  await lab.kube.apply(pairs.flat())
  for (const [, snapshot] of pairs) await waitUntilReady(lab, snapshot)
  return {
    async remove() {
      // The snapshot first: its content cannot be deleted before it.
      for (const object of pairs.flatMap(([content, snapshot]) => [snapshot, content])) {
        await lab.kube.delete(object)
        await waitUntilGone(lab, object)
      }
    },
  }
}

async function pairFor(lab: Lab, snapshot: VolumeSnapshot, into: string): Promise<[KubeObject, KubeObject]> {
  const { name } = snapshot.metadata
  const bound = snapshot.status?.boundVolumeSnapshotContentName ?? ''
  const content = await lab.kube.get<VolumeSnapshotContent>(contentReference(bound))
  const snapshotHandle = content?.status?.snapshotHandle
  if (content === null || snapshotHandle === undefined) {
    throw new Error(
      `VolumeSnapshot "${name}" has no VolumeSnapshotContent with a handle. Next: kubectl get volumesnapshotcontents`,
    )
  }
  const { driver, volumeSnapshotClassName, sourceVolumeMode } = content.spec
  const contentName = `${into}-${name}`
  return [
    {
      ...contentReference(contentName),
      metadata: { name: contentName, labels: MANAGED },
      spec: {
        deletionPolicy: 'Retain',
        driver,
        source: { snapshotHandle },
        ...(sourceVolumeMode === undefined ? {} : { sourceVolumeMode }),
        ...(volumeSnapshotClassName === undefined ? {} : { volumeSnapshotClassName }),
        volumeSnapshotRef: { apiVersion: API, kind: 'VolumeSnapshot', name, namespace: into },
      },
    },
    {
      ...snapshotReference(into, name),
      metadata: { name, namespace: into, labels: MANAGED },
      spec: {
        source: { volumeSnapshotContentName: contentName },
        ...(volumeSnapshotClassName === undefined ? {} : { volumeSnapshotClassName }),
      },
    },
  ]
}

async function waitUntilReady(lab: Lab, snapshot: KubeObject): Promise<void> {
  const { name, namespace = '' } = snapshot.metadata
  await waitFor(
    `VolumeSnapshot "${name}" in namespace "${namespace}" ready to use`,
    async () => {
      const found = await lab.kube.get<VolumeSnapshot>(snapshot)
      return found?.status?.readyToUse === true ? true : pending(JSON.stringify(found?.status ?? 'no status'))
    },
    { timeout: TIMEOUT, every: '50ms', hint: shellCommand`kubectl -n ${namespace} describe volumesnapshot ${name}` },
  )
}

async function waitUntilGone(lab: Lab, object: KubeObject): Promise<void> {
  const { name } = object.metadata
  await waitFor(
    `${object.kind} "${name}" gone`,
    async () => ((await lab.kube.get(object)) === null ? true : pending('still exists')),
    { timeout: TIMEOUT, every: '100ms', hint: `kubectl get volumesnapshots,volumesnapshotcontents -A` },
  )
}
