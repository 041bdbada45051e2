import { clientLibrary } from '../../kube/library.ts'
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
import type { PinnedCluster, SurveyedCluster } from './survey.ts'

/**
 * Undoes faults that an earlier run left in the confirmed cluster. It takes the lease for that, and releases it afterwards. It must
 * run before the plan, which refuses stopped nodes. Without such faults nothing is changed.
 */
export async function undoEarlierFaults(
  surveyed: SurveyedCluster,
  options: ExistingRun,
  { owner, log, labOn }: Undoing,
): Promise<void> {
  const isConfirmed = options.made === undefined && options.confirm === surveyed.reached.uid
  if (!isConfirmed || !(await hasUndos(surveyed))) return
  const notes = await readNotes(surveyed.kube.config)
  // Undoing needs a lab. The next lab starts with these undos.
  if (notes === null) return
  // If the user now names another bucket than the lab's, that is an error before anything is changed.
  if (notes.store !== undefined) storeOfLab(options.store, notes.store)
  const pinnedCluster = await takeCluster(surveyed, owner, (lease) => lease.take())
  const lease = leaseOf(pinnedCluster.kube.config, { owner: pinnedCluster.pin.holder })
  const renewing = setInterval(() => {
    lease.renew().catch((error: unknown) => {
      log(messageOf(error))
    })
  }, RENEW_MS)
  try {
    const undone = await replayUndos(await labOn(pinnedCluster, notes))
    if (undone.length > 0) log(`undone faults of an earlier run: ${undone.join(', ')}`)
  } finally {
    clearInterval(renewing)
    noteLease(pinnedCluster, false)
    await lease.release()
    await forgetRun(pinnedCluster.pin)
  }
}

interface Undoing {
  owner: Notes['owner']
  log: (line: string) => void
  /** The lab that the notes describe. */
  labOn: (pinnedCluster: PinnedCluster, notes: Notes) => Promise<Lab>
}

/** True if there are undos on this machine or in the cluster. False if the user may not list them: the plan reports that. */
async function hasUndos({ folder, kube }: SurveyedCluster): Promise<boolean> {
  try {
    const { entries, damaged } = await journalAt(folder, { kube, namespace: NAMESPACE }).list()
    return entries.length + damaged.length > 0
  } catch (error) {
    if (error instanceof clientLibrary().ApiException && error.code === 403) return false
    throw error
  }
}
