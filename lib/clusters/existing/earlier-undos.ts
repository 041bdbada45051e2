import { ApiException } from '@kubernetes/client-node'
import { journalAt } from '../../faults/undo/journal.ts'
import { replayUndos } from '../../faults/undo/replay.ts'
import type { Lab } from '../../lab/lab.ts'
import { messageOf } from '../../system/file-error.ts'
import { forgetRun, noteLease } from './access/run-access.ts'
import { leaseOf, NAMESPACE, RENEW_MS } from './lease/lease.ts'
import { readNotes, type Notes } from './lease/notes.ts'
import { takeCluster } from './lease/keeper.ts'
import type { ExistingRun } from './options.ts'
import { storeOfLab } from './store.ts'
import type { Ground, Look } from './survey.ts'

/**
 * Undoes faults that an earlier run left in the confirmed cluster. This run takes the lease for it and releases it afterwards. It
 * runs before the plan, which refuses a node that is off. Without such faults nothing is changed.
 */
export async function undoEarlierFaults(
  look: Look,
  options: ExistingRun,
  { owner, log, labOn }: Undoing,
): Promise<void> {
  const isConfirmed = options.made === undefined && options.confirm === look.reached.uid
  if (!isConfirmed || !(await hasUndos(look))) return
  const notes = await readNotes(look.kube.config)
  // Undoing needs a lab. When there is one again, it begins with these undos.
  if (notes === null) return
  // If the user now names another bucket than the lab's, that is an error before anything is changed.
  if (notes.store !== undefined) storeOfLab(options.store, notes.store)
  const ground = await takeCluster(look, owner, (lease) => lease.take())
  const lease = leaseOf(ground.kube.config, { owner: ground.pin.holder })
  const renewing = setInterval(() => {
    lease.renew().catch((error: unknown) => {
      log(messageOf(error))
    })
  }, RENEW_MS)
  try {
    const undone = await replayUndos(await labOn(ground, notes))
    if (undone.length > 0) log(`undone, as it was left by an earlier run: ${undone.join(', ')}`)
  } finally {
    clearInterval(renewing)
    noteLease(ground, false)
    await lease.release()
    await forgetRun(ground.pin)
  }
}

interface Undoing {
  owner: Notes['owner']
  log: (line: string) => void
  /** The lab that the notes describe. */
  labOn: (ground: Ground, notes: Notes) => Promise<Lab>
}

/** Looks on this machine and in the cluster. False if the user may not list them there: the plan names missing rights. */
async function hasUndos({ folder, kube }: Look): Promise<boolean> {
  try {
    const { entries, damaged } = await journalAt(folder, { kube, namespace: NAMESPACE }).list()
    return entries.length + damaged.length > 0
  } catch (error) {
    if (error instanceof ApiException && error.code === 403) return false
    throw error
  }
}
