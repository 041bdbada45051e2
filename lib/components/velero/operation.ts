import type { ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { apiOf, listMovements, NAMESPACE, readOperation, TERMINAL, type VeleroOperation } from './api.ts'
import { PATIENCE } from './location.ts'
import type { Method } from './methods.ts'
import { outcomeOf, resultOf } from './outcome.ts'
import { readSnapshots, WRITTEN, download } from './snapshots.ts'
import { messageOf } from '../../system/file-error.ts'

/** What Velero says in words; null where it has nothing to say. */
interface Messages {
  errorMessages: string | null
  warningMessages: string | null
}

/** Messages by where they belong. */
interface Group {
  velero?: string[]
  cluster?: string[]
  namespaces?: Record<string, string[]>
}

/** Enough to see what is wrong; the rest is in Velero's log. */
const SHOWN = 5

/**
 * The errors of a Backup or Restore, and the warnings of a Backup: of them, a volume that was left out is one. Each restore
 * warns of what the cluster itself had made again by then.
 */
async function readMessages(
  lab: Lab,
  { metadata, status = {} }: VeleroOperation,
  kind: 'Backup' | 'Restore',
): Promise<Messages> {
  const { phase = '', errors = 0, warnings = 0 } = status
  const warned = kind === 'Backup' && warnings > 0
  if (!WRITTEN.includes(phase) || (errors === 0 && !warned)) return { errorMessages: null, warningMessages: null }
  try {
    const results = (await download(lab, `${kind}Results`, metadata.name)) as { errors?: Group; warnings?: Group }
    return { errorMessages: wordsOf(results.errors), warningMessages: warned ? wordsOf(results.warnings) : null }
  } catch (error) {
    const unread = `not read: ${messageOf(error)}`
    return { errorMessages: unread, warningMessages: null }
  }
}

function wordsOf({ velero = [], cluster = [], namespaces = {} }: Group = {}): string | null {
  const all = [...new Set([...velero, ...cluster, ...Object.values(namespaces).flat()])]
  const rest = all.length > SHOWN ? [`and ${all.length - SHOWN} more`] : []
  return [...all.slice(0, SHOWN), ...rest].join('; ') || null
}

/** A Backup or a Restore that has ended, in whatever state, with the objects by which its data moved. */
interface EndedOperation {
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
