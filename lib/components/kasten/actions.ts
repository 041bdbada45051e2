import type { KubeObject } from '../../kube/object.ts'
import { shellCommand } from '../../output/shorten.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'

/* Kasten K10's actions, as far as the drills read them. */

export const ACTIONS = 'actions.kio.kasten.io/v1alpha1'
export const APPS = 'apps.kio.kasten.io/v1alpha1'
export const CONFIG = 'config.kio.kasten.io/v1alpha1'

/** How long K10 is waited for, and how often it is asked. */
export interface Timing {
  /** For the end of an action, with its three attempts. */
  action: string
  /** For its pods, and for the check of its profile. */
  ready: string
  every: string
}

export const TIMING: Timing = { action: '8m', ready: '8m', every: '200ms' }

export type ActionKind = 'BackupAction' | 'ExportAction' | 'RestoreAction'

interface Message {
  message?: string
}

export interface Action extends KubeObject {
  status?: {
    state?: string
    startTime?: string
    endTime?: string | null
    progress?: number
    /** What a BackupAction made. */
    restorePoint?: { name?: string }
    error?: Message & { cause?: string }
    /** Parts that were left out of an action that is Complete all the same. */
    exceptions?: Message[]
  }
}

/** States in which an action has ended. An action that is `AttemptFailed` is tried again, and `Deleting` is on its way. */
const TERMINAL = ['Complete', 'Failed', 'Skipped', 'Cancelled']

export const actionReference = (kind: ActionKind, namespace: string, name: string) => ({
  apiVersion: ACTIONS,
  kind,
  metadata: { name, namespace },
})

/** What K10 says of a failure, in its own words; null if it says nothing. */
export function failureOf({ status }: Action): string | null {
  const { error, exceptions = [] } = status ?? {}
  const said = [error?.message, error?.cause, ...exceptions.map(({ message }) => message)]
  return said.filter(Boolean).join('; ') || null
}

/** What was left out of actions that are Complete all the same; null if nothing was. */
export function exceptionsOf(actions: Action[]): string | null {
  const exceptions = actions.flatMap(({ status }) => status?.exceptions ?? [])
  return exceptions.length === 0 ? null : exceptions.map(({ message }) => message ?? '?').join('; ')
}

const describe = (action: Action): string => {
  const { state = 'no state', progress } = action.status ?? {}
  return [progress === undefined ? state : `${state} (${progress} %)`, failureOf(action)].filter(Boolean).join(': ')
}

/** Resolves when an action has ended, in whatever state. Errors: it is gone, or does not end. */
export async function waitForAction(
  lab: Lab,
  kind: ActionKind,
  { namespace, name }: { namespace: string; name: string },
  { action: timeout, every }: Timing,
): Promise<Action> {
  return waitFor<Action>(
    `Kasten ${kind} "${name}" in namespace "${namespace}" ended`,
    async () => {
      const found = await lab.kube.get<Action>(actionReference(kind, namespace, name))
      if (found === null)
        throw new Error(
          `Kasten ${kind} "${name}" is gone from namespace "${namespace}". Next: kubectl -n ${namespace} get events`,
        )
      return TERMINAL.includes(found.status?.state ?? '') ? found : pending(describe(found))
    },
    { timeout, every, hint: shellCommand`kubectl -n ${namespace} get ${kind.toLowerCase()} ${name} -o yaml` },
  )
}
