import { type ClaimSnapshot } from './snapshots.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { claimsWithoutSnapshot, type ExportedNamespace } from '../support/exported-namespace.ts'
import { describeObjects, MANAGED } from '../support/namespace-objects.ts'
import { noSnapshot, planRestore, restoreNamespace } from '../support/namespace-restore.ts'
import { earliest, latest, sumKnown } from '../support/times.ts'
import { backendObjects, commonSpec } from './backend.ts'
import { readRestoredBytes } from './log.ts'
import { waitForOperation, reference, collectJobs } from './objects.ts'

/** A namespace that K8up backs up. `repository` is a folder in the bucket. */
export interface Subject extends ExportedNamespace {
  repository: string
}

/** Restores from these snapshots, into the namespace itself or another one. */
export async function restore(
  lab: Lab,
  subject: Subject,
  snapshots: ClaimSnapshot[],
  into: string | null,
): Promise<OperationResult> {
  const { objects, claims, namespace, repository } = subject
  const details = { objects: describeObjects(objects) }
  const missing = claimsWithoutSnapshot(claims, snapshots)
  if (missing.length > 0) return noSnapshot(missing, details)
  const target = into ?? namespace
  return restoreNamespace(lab.kube, planRestore(objects, into ?? undefined), backendObjects(lab, target), async () => {
    // The time avoids the names of earlier Restores, which may still exist. K8up makes a label of "restore_" and the name,
    // and a label has at most 63 characters, so the name of the backup is left out.
    const prefix = `restore-${Date.now().toString(36)}`
    const restores = snapshots.map(({ claim, id }, index) => ({ claim, id, name: `${prefix}-${index}` }))
    await lab.kube.apply(
      restores.map((one) => ({
        ...reference('Restore', target, one.name),
        metadata: { name: one.name, namespace: target, labels: MANAGED },
        spec: {
          ...commonSpec(lab, repository),
          snapshot: one.id,
          restoreMethod: { folder: { claimName: one.claim } },
        },
      })),
    )
    const ends = await Promise.all(
      restores.map(async (one) => {
        const end = await waitForOperation(lab, 'Restore', { namespace: target, name: one.name })
        const jobs = await collectJobs(lab, target, `restore_${one.name}`)
        const reason = jobs.find(({ state }) => state === 'Failed')?.reason ?? null
        return { ...end, reason, bytes: readRestoredBytes(jobs.map((job) => job.log).join('\n')) }
      }),
    )
    const failed = ends.find(({ state }) => state !== 'Succeeded')
    return {
      state: failed?.state ?? 'Succeeded',
      succeeded: failed === undefined,
      startedMs: earliest(ends.map(({ startedMs }) => startedMs)),
      endedMs: latest(ends.map(({ endedMs }) => endedMs)),
      bytes: sumKnown(ends.map(({ bytes }) => bytes)),
      details: {
        volumes: ends.length,
        message: failed?.message ?? null,
        reason: failed?.reason ?? null,
        ...details,
      },
    }
  })
}
