import { forgetRun, noteLease, pinAccess } from '../access/run-access.ts'
import { groundOf, type Ground, type Look } from '../survey.ts'
import { leaseOf, type ClusterLease } from './lease.ts'
import { identityOf, type Notes } from './notes.ts'

/**
 * Pins the cluster and takes its lease. From now on the run uses only its own kubeconfig. If the lease cannot be taken, nothing is
 * left behind.
 */
export async function takeCluster(
  { context, reached }: Look,
  owner: Notes['owner'],
  take: (lease: ClusterLease) => Promise<void>,
): Promise<Ground> {
  const holder = identityOf(owner)
  const pinned = pinAccess(context.access, { uid: reached.uid, runUid: owner.runUid, holder })
  try {
    const ground = await groundOf(pinned)
    await take(leaseOf(ground.kube.config, { owner: holder }))
    noteLease(pinned, true)
    return ground
  } catch (error) {
    await forgetRun(pinned.pin)
    throw error
  }
}
