import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Backup, RunningBackup } from '../tool.ts'
import { API, labelValue, list, NAMESPACE, type VeleroOperation } from './api.ts'
import { backupSpec, runningBackup } from './backup.ts'
import type { Method } from './methods.ts'
import { timeMs } from '../support/times.ts'
import { shellCommand } from '../../output/shorten.ts'

/** Velero checks its schedules once a minute. This one is due at every check; `* * * * *` may miss the first check. */
const INTERVAL = '@every 30s'
const MANAGED_LABELS = { 'app.kubernetes.io/managed-by': 'meshdrill' }

/** Labels of the Schedule for a drill's namespace. */
export const scheduleLabels = (namespace: string): Record<string, string> => ({
  ...MANAGED_LABELS,
  'meshdrill/drill': labelValue(namespace),
})

/**
 * Creates a Schedule for a namespace. The running backup is the first one that the Schedule starts. Velero then starts one
 * backup a minute, until `newestAt` deletes the Schedule.
 */
export async function startSchedule(
  lab: Lab,
  method: Method,
  namespace: string,
  { name }: { name: string },
): Promise<RunningBackup> {
  await removeSchedules(lab, namespace)
  const schedule: KubeObject = {
    apiVersion: API,
    kind: 'Schedule',
    metadata: { name, namespace: NAMESPACE, labels: scheduleLabels(namespace) },
    spec: scheduleSpec(method, namespace),
  }
  await lab.kube.apply([schedule])
  // `waitUntilMoving` and `waitUntilFinished` share one wait.
  let first: Promise<RunningBackup> | null = null
  const firstBackup = () =>
    (first ??= waitForFirst(lab, name).then((made) => runningBackup(lab, method, namespace, made)))
  return {
    name,
    waitUntilMoving: async () => (await firstBackup()).waitUntilMoving(),
    async waitUntilFinished() {
      const ended = await (await firstBackup()).waitUntilFinished()
      return scheduledBackup(lab, method, namespace, { schedule, first: ended })
    },
  }
}

export const scheduleSpec = (method: Method, namespace: string): Record<string, unknown> => ({
  schedule: INTERVAL,
  // With an owner reference, the backups would be deleted with their Schedule.
  useOwnerReferencesInBackup: false,
  skipImmediately: false,
  template: backupSpec(method, namespace),
})

interface StartedSchedule {
  schedule: KubeObject
  first: Backup
}

/** The first backup, under the name of the Schedule. `newestAt` finds the later backups. */
function scheduledBackup(lab: Lab, method: Method, namespace: string, { schedule, first }: StartedSchedule): Backup {
  const { apiVersion, kind, metadata } = schedule
  const reference: ObjectReference = { apiVersion, kind, metadata: { name: metadata.name, namespace: NAMESPACE } }
  const self: Backup = {
    ...first,
    name: metadata.name,
    result: { ...first.result, details: { ...first.result.details, backup: first.name } },
    objects: [reference, ...first.objects],
    async newestAt(ms) {
      await lab.kube.delete(reference)
      const backups = await listScheduled(lab, metadata.name)
      const newest = chooseNewest(backups, ms)
      if (newest !== null && newest !== first.name)
        return runningBackup(lab, method, namespace, newest).waitUntilFinished()
      // The end of the first backup was seen before, so it counts even if its object was deleted since.
      if (first.result.succeeded && seenEndedMs(first) <= ms) return self
      const states = backups.map(({ metadata, status }) => `"${metadata.name}" ${status?.phase ?? 'New'}`)
      throw new Error(
        `no backup of Velero Schedule "${metadata.name}" had completed by ${new Date(ms).toISOString()}. Backups: ` +
          `${states.join(', ') || 'none'}. Next: velero backup get -l velero.io/schedule-name=${metadata.name}`,
      )
    },
  }
  return self
}

const seenEndedMs = ({ result }: Backup): number => Number(result.details.seenEndedMs)

/**
 * Name of the newest backup that had certainly completed at a time (ms since the epoch); null if none had. Velero rounds times
 * down to seconds, so the real end may be up to 1 s after the recorded one.
 */
export function chooseNewest(backups: VeleroOperation[], ms: number): string | null {
  const endOf = ({ status }: VeleroOperation) => timeMs(status?.completionTimestamp) ?? Number.POSITIVE_INFINITY
  const ended = backups.filter((backup) => backup.status?.phase === 'Completed' && endOf(backup) + 1000 <= ms)
  const [newest] = ended.sort((one, other) => endOf(other) - endOf(one))
  return newest?.metadata.name ?? null
}

async function waitForFirst(lab: Lab, schedule: string): Promise<string> {
  return waitFor(
    `first backup of Velero Schedule "${schedule}"`,
    async () => {
      const names = (await listScheduled(lab, schedule)).map(({ metadata }) => metadata.name)
      // The names end with the start time, so the first in order is the oldest.
      return names.sort()[0] ?? pending('none')
    },
    { timeout: '4m', hint: shellCommand`kubectl -n ${NAMESPACE} describe schedules.velero.io ${schedule}` },
  )
}

const listScheduled = (lab: Lab, schedule: string) =>
  list<VeleroOperation>(lab, API, 'backups', { 'velero.io/schedule-name': schedule })

/**
 * Removes Schedules that earlier drills left: of this namespace, and of deleted namespaces. Otherwise each would start a
 * backup every minute without end.
 */
async function removeSchedules(lab: Lab, namespace: string): Promise<void> {
  const schedules = await list<ScheduleObject>(lab, API, 'schedules', MANAGED_LABELS)
  for (const { metadata, spec } of schedules) {
    const [included = ''] = spec.template.includedNamespaces
    const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: included } }
    if (included !== namespace && (await lab.kube.get(reference)) !== null) continue
    await lab.kube.delete({
      apiVersion: API,
      kind: 'Schedule',
      metadata: { name: metadata.name, namespace: NAMESPACE },
    })
  }
}

interface ScheduleObject extends KubeObject {
  spec: { template: { includedNamespaces: string[] } }
}
