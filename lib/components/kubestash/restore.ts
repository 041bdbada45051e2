import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { shellCommand } from '../../output/shorten.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { claimsWithoutSnapshot } from '../support/exported-namespace.ts'
import { describeObjects } from '../support/namespace-objects.ts'
import { noSnapshot, planRestore, restoreNamespace } from '../support/namespace-restore.ts'
import { earliest, latest, timeMs } from '../support/times.ts'
import { PREFIX, restoreSession } from './configuration.ts'
import { endJobs } from './jobs.ts'
import { prepareClaims, type Subject } from './prepare.ts'
import { failureOf, sessionEnded, sessionEndMs, storageReference, type Session, type Timing } from './objects.ts'

/** The Snapshot of a claim. */
export interface StoredClaim {
  claim: string
  snapshot: string
}

/** Restores from these Snapshots, into the namespace itself or another one. */
export async function restore(
  lab: Lab,
  subject: Subject,
  stored: StoredClaim[],
  { name, into, timing }: { name: string; into: string | null; timing: Timing },
): Promise<OperationResult> {
  const { objects, claims, namespace, repositories } = subject
  const details = { objects: describeObjects(objects) }
  const missing = claimsWithoutSnapshot(claims, stored)
  if (missing.length > 0) return noSnapshot(missing, details)
  const target = into ?? namespace
  return restoreNamespace(lab.kube, planRestore(objects, into ?? undefined), [], async () => {
    // Repositories and Snapshots live in the namespace, and are lost with it. KubeStash lists them again from the store.
    await prepareClaims(lab, target, repositories, timing)
    for (const { snapshot } of stored) await snapshotListed(lab, target, snapshot, timing)
    // Restores of an earlier try may still be there.
    const tried = Date.now().toString(36)
    const sessions = stored.map((one) => ({ ...one, name: `${PREFIX}${name}-${tried}-${one.claim}` }))
    for (const one of sessions) await lab.kube.create(restoreSession(lab, target, one.name, one))
    const ends = await Promise.all(
      sessions.map((one) => sessionEnded(lab, 'RestoreSession', { namespace: target, name: one.name }, timing)),
    )
    await endJobs(lab, target)
    return describeRestore(ends, details)
  })
}

async function snapshotListed(lab: Lab, namespace: string, name: string, { ready, every }: Timing): Promise<void> {
  await waitFor(
    `KubeStash Snapshot "${name}" in namespace "${namespace}" listed from the store`,
    async () =>
      (await lab.kube.get(storageReference('Snapshot', namespace, name))) === null ? pending('no Snapshot') : true,
    {
      timeout: ready,
      every,
      hint: shellCommand`kubectl -n ${namespace} get repositories,snapshots.storage.kubestash.com`,
    },
  )
}

function describeRestore(ends: Session[], details: OperationResult['details']): OperationResult {
  const failed = ends.find(({ status }) => status?.phase !== 'Succeeded')
  return {
    state: failed?.status?.phase ?? 'Succeeded',
    succeeded: failed === undefined,
    startedMs: earliest(ends.map(({ metadata }) => timeMs(metadata.creationTimestamp))),
    endedMs: latest(ends.map(sessionEndMs)),
    // A RestoreSession says nothing of sizes.
    bytes: null,
    details: {
      volumes: ends.length,
      message: failed === undefined ? null : (failureOf(failed) ?? 'KubeStash says nothing of the reason'),
      ...details,
    },
  }
}
