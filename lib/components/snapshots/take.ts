import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { shellCommand } from '../../output/shorten.ts'
import { isClaim } from '../support/exported-namespace.ts'
import { TIMEOUT } from '../support/job-pods.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import { snapshotReference, type VolumeSnapshot } from './objects.ts'

/** A backup by snapshots, with the objects that the operator keeps outside the cluster. */
export interface SnapshotBackup {
  namespace: string
  name: string
  objects: KubeObject[]
}

export const snapshotName = (backup: string, claim: string): string => `${backup}-${claim}`

/** Creates a VolumeSnapshot for each claim, and does not wait. */
export async function takeSnapshots(lab: Lab, taken: SnapshotBackup): Promise<SnapshotBackup> {
  await lab.kube.apply(taken.objects.filter(isClaim).map(({ metadata }) => snapshotOf(lab, taken, metadata.name)))
  return taken
}

/** The VolumeSnapshot of a claim. */
export function snapshotOf(
  lab: Lab,
  { namespace, name }: Pick<SnapshotBackup, 'namespace' | 'name'>,
  claim: string,
): KubeObject {
  const reference = snapshotReference(namespace, snapshotName(name, claim))
  return {
    ...reference,
    metadata: { ...reference.metadata, labels: MANAGED },
    spec: {
      volumeSnapshotClassName: lab.cluster.storageClasses.ofSnapshots ?? lab.cluster.storageClasses.snapshots,
      source: { persistentVolumeClaimName: claim },
    },
  }
}

/** Resolves when the snapshot is ready to use, or reports an error. */
export async function waitForSnapshot(lab: Lab, namespace: string, name: string): Promise<VolumeSnapshot> {
  return waitFor(
    `VolumeSnapshot "${name}" in namespace "${namespace}" ready to use`,
    async () => {
      const snapshot = await lab.kube.get<VolumeSnapshot>(snapshotReference(namespace, name))
      if (snapshot === null)
        throw new Error(
          `VolumeSnapshot "${name}" was deleted from namespace "${namespace}" before it was ready. ` +
            `Next: kubectl -n ${namespace} get volumesnapshots`,
        )
      const { readyToUse = false, error } = snapshot.status ?? {}
      return readyToUse || error ? snapshot : pending(JSON.stringify(snapshot.status ?? 'no status'))
    },
    { timeout: TIMEOUT, every: '50ms', hint: shellCommand`kubectl -n ${namespace} describe volumesnapshot ${name}` },
  )
}
