import { noopLab } from '../../../../lib/simulation/noop-cluster.ts'
import { damage, type Damage } from '../../../../lib/drill/damage.ts'
import type { DrillContext } from '../../../../lib/drill/context.ts'
import type { Change, Fault } from '../../../../lib/faults/fault.ts'
import type { PerformUndo } from '../../../../lib/faults/undo/heal.ts'
import { journalIn, type UndoJournal } from '../../../../lib/faults/undo/journal.ts'
import { memoryStorage } from '../../../../lib/faults/undo/storage.ts'
import type { Undo } from '../../../../lib/lab/undo.ts'
import type { DrillFactBody } from '../../../../lib/drill/context.ts'
import type { DeployedWorkload } from '../../../../lib/workloads/workload.ts'
import { only } from '../../stand-ins/lab.ts'

/** The undo of a stand-in fault, told from others by the name of its object. */
export const undoNamed = (name: string): Undo => ({
  kind: 'delete-object',
  object: { apiVersion: 'stand-in/v1', kind: 'Fault', metadata: { name } },
  mark: name,
})

export const nameOf = (undo: Undo): string => (undo.kind === 'delete-object' ? undo.object.metadata.name : undo.kind)

/** A fault that is applied as soon as it is made, and seen when `see` says so. */
export const standIn = (name: string, changes: Partial<Change> & Pick<Fault<string>, 'lasts'> = {}): Fault<string> => {
  const { lasts = 'until healed', ...rest } = changes
  return {
    name,
    lasts,
    description: 'a stand-in',
    requires: () => Promise.resolve([]),
    plan: () =>
      Promise.resolve({
        undo: [undoNamed(name)],
        make: () => Promise.resolve(),
        see: () => Promise.resolve({ between: [1, 2], evidence: 'seen' }),
        ...rest,
      }),
  }
}

export interface Played {
  injected: Damage
  journal: UndoJournal
  facts: DrillFactBody[]
}

/** A drill's damage without a cluster. */
export function playDamage(
  performUndo: PerformUndo,
  changes: Partial<Pick<DrillContext, 'journal' | 'record' | 'inventory'>> = {},
): Played {
  const facts: DrillFactBody[] = []
  const journal = changes.journal ?? journalIn([memoryStorage()])
  const context = only<DrillContext>({
    lab: noopLab(),
    tool: only<DrillContext['tool']>({
      parts: () => ({ pods: [], mover: null, secret: null, prefix: null }),
    }),
    mesh: only<DrillContext['mesh']>({ namespaces: [] }),
    namespace: 'drill',
    record: (fact) => void facts.push(fact),
    seed: 1,
    inventory: () => Promise.resolve([]),
    ...changes,
    journal,
    performUndo,
  })
  const service = only<DeployedWorkload>({ pods: { labels: {}, container: '' }, claims: ['data'] })
  const injected = damage(context, service, () => [])
  return { injected, journal, facts }
}
