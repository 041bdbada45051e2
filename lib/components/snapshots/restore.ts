import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { shellCommand } from '../../output/shorten.ts'
import type { OperationResult } from '../../record/facts.ts'
import { TIMEOUT } from '../support/job-pods.ts'
import { describeObjects } from '../support/namespace-objects.ts'
import { requireClaimsGone, firstCreatedMs, lastCreatedMs, planRestore } from '../support/namespace-restore.ts'
import { latest } from '../support/times.ts'
import { importSnapshots } from './copy.ts'
import { API, isBound, snapshotReference, type Claim, type VolumeSnapshot, describeSnapshots } from './objects.ts'
import { snapshotName, type SnapshotBackup } from './take.ts'

/** Restores the namespace. The storage fills the claims from the snapshots. */
export async function restore(
  lab: Lab,
  backup: SnapshotBackup,
  snapshots: VolumeSnapshot[],
  into?: string,
): Promise<OperationResult> {
  const { kube } = lab
  const { namespace, name, objects } = backup
  const missing = await findMissing(lab, snapshots)
  if (missing !== null) return missingResult(missing, objects)
  const plan = planRestore(objects, into)
  await requireClaimsGone(kube, plan.claims)
  await kube.apply(plan.before)
  const copies = into === undefined ? null : await importSnapshots(lab, snapshots, into)
  const claims = plan.claims.map((claim) => fromSnapshot(claim, snapshotName(name, claim.metadata.name)))
  await kube.apply([...claims, ...plan.after])
  await waitUntilBound(lab, claims)
  await copies?.remove()
  return {
    ...describeSnapshots(snapshots, objects),
    state: 'Bound',
    startedMs: await firstCreatedMs(kube, claims),
    endedMs: latest([await firstCreatedMs(kube, claims), await lastCreatedMs(kube, plan.after)]),
    details: { volumes: claims.length, from: namespace, objects: describeObjects(objects) },
  }
}

async function findMissing(lab: Lab, snapshots: VolumeSnapshot[]): Promise<VolumeSnapshot | null> {
  for (const snapshot of snapshots) {
    const found = await lab.kube.get(snapshotReference(snapshot.metadata.namespace ?? '', snapshot.metadata.name))
    if (found?.metadata.uid !== snapshot.metadata.uid) return snapshot
  }
  return null
}

const missingResult = ({ metadata }: VolumeSnapshot, objects: KubeObject[]): OperationResult => ({
  state: 'NotFound',
  succeeded: false,
  startedMs: null,
  endedMs: null,
  bytes: null,
  details: {
    message: `VolumeSnapshot "${metadata.name}" was deleted from namespace "${metadata.namespace ?? ''}"`,
    objects: describeObjects(objects),
  },
})

/** The claim with a snapshot as its data source. */
export const fromSnapshot = (claim: KubeObject, snapshot: string): KubeObject => ({
  ...claim,
  spec: {
    ...(claim.spec as object),
    dataSource: { apiGroup: API.split('/')[0], kind: 'VolumeSnapshot', name: snapshot },
  },
})

/** Resolves when the claims are bound. The workloads must exist: a StorageClass may wait for a pod before it creates a volume. */
async function waitUntilBound(lab: Lab, claims: KubeObject[]): Promise<void> {
  for (const claim of claims) {
    const { name, namespace = '' } = claim.metadata
    await waitFor(
      `claim "${name}" of namespace "${namespace}" bound`,
      async () => {
        const found = await lab.kube.get<Claim>(claim)
        return isBound(found) ? true : pending(found?.status?.phase ?? 'no claim')
      },
      { timeout: TIMEOUT, every: '100ms', hint: shellCommand`kubectl -n ${namespace} describe pvc ${name}` },
    )
  }
}
