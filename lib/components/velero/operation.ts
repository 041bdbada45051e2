import type { ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { apiOf, listMovements, NAMESPACE, readOperation, TERMINAL, type VeleroOperation } from './api.ts'
import { OPERATION_TIMEOUT } from './location.ts'
import type { Method } from './methods.ts'
import { outcomeOf, resultOf } from './outcome.ts'
import { readSnapshots, PHASES_WITH_FILES, downloadFile } from './snapshots.ts'
import { messageOf } from '../../system/file-error.ts'

/** Messages of Velero about one operation; null if there are none. */
interface Messages {
  errorMessages: string | null
  warningMessages: string | null
}

/** Messages of Velero's results file. */
interface MessageGroups {
  velero?: string[]
  cluster?: string[]
  namespaces?: Record<string, string[]>
}

/** The others are in Velero's log. */
const MAX_MESSAGES = 5

/**
 * Reads the errors of a Backup or Restore, and the warnings of a Backup, such as a skipped volume. The warnings of a Restore
 * are left out: every Restore warns about objects that the cluster has already created again.
 */
async function readMessages(
  lab: Lab,
  { metadata, status = {} }: VeleroOperation,
  kind: 'Backup' | 'Restore',
): Promise<Messages> {
  const { phase = '', errors = 0, warnings = 0 } = status
  const warned = kind === 'Backup' && warnings > 0
  if (!PHASES_WITH_FILES.includes(phase) || (errors === 0 && !warned))
    return { errorMessages: null, warningMessages: null }
  try {
    const results = (await downloadFile(lab, `${kind}Results`, metadata.name)) as {
      errors?: MessageGroups
      warnings?: MessageGroups
    }
    return {
      errorMessages: joinMessages(results.errors),
      warningMessages: warned ? joinMessages(results.warnings) : null,
    }
  } catch (error) {
    return { errorMessages: `cannot be read: ${messageOf(error)}`, warningMessages: null }
  }
}

function joinMessages({ velero = [], cluster = [], namespaces = {} }: MessageGroups = {}): string | null {
  const all = [...new Set([...velero, ...cluster, ...Object.values(namespaces).flat()])]
  const rest = all.length > MAX_MESSAGES ? [`and ${all.length - MAX_MESSAGES} more`] : []
  return [...all.slice(0, MAX_MESSAGES), ...rest].join('; ') || null
}

/** A Backup or a Restore that has ended, successfully or not. */
interface EndedOperation {
  result: OperationResult
  /** The objects that moved its data. */
  movements: ObjectReference[]
}

/** Resolves when a Backup or Restore has ended, successfully or not. */
export async function waitForOperation(
  lab: Lab,
  method: Method,
  kind: 'Backup' | 'Restore',
  name: string,
): Promise<EndedOperation> {
  const { object, seenEndedMs } = await waitForEnd(lab, kind, name)
  const details = { ...(await readMessages(lab, object, kind)), seenEndedMs }
  if (method.movements === null) {
    return { result: resultOf(object, await readSnapshots(lab, object, kind), details), movements: [] }
  }
  const movementKind = method.movements[kind === 'Backup' ? 'backup' : 'restore']
  const movements = await listMovements(lab, movementKind, name)
  const outcomes = movements.map((movement) => outcomeOf(movement, kind))
  return {
    result: resultOf(object, outcomes, details),
    movements: movements.map(({ metadata }) => ({
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
      if (object === null) {
        throw new Error(
          `Velero ${kind} "${name}" was deleted from namespace "${NAMESPACE}" before it ended. ` +
            `Next: kubectl -n ${NAMESPACE} logs deploy/velero`,
        )
      }
      const { phase = 'New' } = object.status ?? {}
      return TERMINAL.includes(phase) ? { object, seenEndedMs: Date.now() } : pending(phase)
    },
    { timeout: OPERATION_TIMEOUT, hint: `velero ${kind.toLowerCase()} describe ${name} --details` },
  )
}
