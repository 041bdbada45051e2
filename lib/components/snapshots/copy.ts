import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { TIMEOUT } from '../support/job-pods.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import { API, contentReference, snapshotReference, type VolumeSnapshot, type VolumeSnapshotContent } from './objects.ts'
import { shellCommand } from '../../output/shorten.ts'

/** Snapshots made known to another namespace. */
export interface TakenOver {
  /** Takes them away there; the snapshots themselves stay. */
  release(): Promise<void>
}

/**
 * Makes snapshots known to another namespace, where claims can only name their own: a second content for the same handle,
 * which lets the snapshot be when it goes.
 */
export async function takeOver(lab: Lab, snapshots: VolumeSnapshot[], into: string): Promise<TakenOver> {
  const pairs = await Promise.all(snapshots.map((snapshot) => pairFor(lab, snapshot, into)))
  await lab.kube.apply(pairs.flat())
  for (const [, snapshot] of pairs) await readyToUse(lab, snapshot)
  return {
    async release() {
      // The content goes second: it is protected as long as a snapshot is bound to it.
      for (const object of pairs.flatMap(([content, snapshot]) => [snapshot, content])) {
        await lab.kube.delete(object)
        await gone(lab, object)
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
    throw new Error(`VolumeSnapshot "${name}" has no content with a handle. Next: kubectl get volumesnapshotcontents`)
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

async function readyToUse(lab: Lab, snapshot: KubeObject): Promise<void> {
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

async function gone(lab: Lab, object: KubeObject): Promise<void> {
  const { name } = object.metadata
  await waitFor(
    `${object.kind} "${name}" gone`,
    async () => ((await lab.kube.get(object)) === null ? true : pending('still there')),
    { timeout: TIMEOUT, every: '100ms', hint: `kubectl get volumesnapshots,volumesnapshotcontents -A` },
  )
}
