import type { Lab } from '../../lab/lab.ts'
import { throwAll } from '../../system/run-all.ts'
import type { Fault, FaultTarget, ObservedFault } from '../fault.ts'
import { healAll, type PerformUndo } from '../undo/heal.ts'
import { journalOf, type UndoJournal } from '../undo/journal.ts'

/** Strikes outside of a drill's own damage, and undoes it at once: for controls, and for tests of faults. */
export async function strikeOnce(
  lab: Lab,
  fault: Fault<string>,
  target: FaultTarget,
  { journal = journalOf(lab), performUndo }: { journal?: UndoJournal; performUndo?: PerformUndo } = {},
): Promise<{ observed: ObservedFault; evidence: string[] }> {
  const change = await fault.plan(lab, target)
  const entries = await journal.write({ fault: fault.name, drill: target.namespace }, change.undo)
  const errors: unknown[] = []
  let observed: ObservedFault | null = null
  try {
    const requestedMs = Date.now()
    await change.make()
    observed = await change.see(requestedMs)
  } catch (error) {
    errors.push(error)
  }
  const healed = await healAll(lab, journal, entries, performUndo)
  throwAll([...errors, ...healed.flatMap((one) => ('error' in one ? [new Error(one.error)] : []))])
  if (observed === null) throw new Error(`fault "${fault.name}" was not seen`)
  return { observed, evidence: healed.flatMap((one) => ('evidence' in one ? [one.evidence] : [])) }
}
