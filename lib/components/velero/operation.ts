import type { ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { apiOf, listMovements, NAMESPACE, readOperation, TERMINAL, type VeleroOperation } from './api.ts'
import { PATIENCE } from './limits.ts'
import { readMessages } from './messages.ts'
import type { Method } from './methods.ts'
import { outcomeOf, resultOf } from './outcome.ts'
import { readSnapshots } from './snapshots.ts'

/** A Backup or a Restore that has ended, in whatever state, with the objects by which its data moved. */
export interface EndedOperation {
  result: OperationResult
  moved: ObjectReference[]
}

/** Resolves when Velero says of a Backup or Restore that it has ended. */
export async function operationEnded(
  lab: Lab,
  method: Method,
  kind: 'Backup' | 'Restore',
  name: string,
): Promise<EndedOperation> {
  const { object, seenEndedMs } = await waitForEnd(lab, kind, name)
  const said = { ...(await readMessages(lab, object, kind)), seenEndedMs }
  if (method.movements === null) {
    return { result: resultOf(object, await readSnapshots(lab, object, kind), said), moved: [] }
  }
  const movementKind = method.movements[kind === 'Backup' ? 'backup' : 'restore']
  const movements = await listMovements(lab, movementKind, name)
  const outcomes = movements.map((movement) => outcomeOf(movement, kind))
  return {
    result: resultOf(object, outcomes, said),
    moved: movements.map(({ metadata }) => ({
      apiVersion: apiOf(movementKind),
      kind: movementKind,
      metadata: { name: metadata.name, namespace: NAMESPACE },
    })),
  }
}

async function waitForEnd(
  lab: Lab,
  kind: 'Backup' | 'Restore',
  name: string,
): Promise<{ object: VeleroOperation; seenEndedMs: number }> {
  return waitFor(
    `Velero ${kind} "${name}" ended`,
    async () => {
      const object = await readOperation(lab, kind, name)
      if (object === null) throw new Error(`Velero ${kind} "${name}" is gone from namespace "${NAMESPACE}"`)
      const { phase = 'New' } = object.status ?? {}
      return TERMINAL.includes(phase) ? { object, seenEndedMs: Date.now() } : pending(phase)
    },
    { timeout: PATIENCE, hint: `velero ${kind.toLowerCase()} describe ${name} --details` },
  )
}
