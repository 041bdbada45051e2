import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Backup, RunningBackup } from '../tool.ts'
import { API, labelValue, list, NAMESPACE, type VeleroOperation } from './api.ts'
import { backupSpec, runningBackup } from './backup.ts'
import type { Method } from './methods.ts'
import { timeMs } from '../support/times.ts'
import { shellCommand } from '../../output/shorten.ts'

/** Velero looks at its schedules once a minute: this is due at every look, where `* * * * *` may not yet be at the first. */
const EVERY = '@every 30s'
const OURS = { 'app.kubernetes.io/managed-by': 'meshdrill' }

/** On the Schedule of a drill's namespace. */
export const scheduleLabels = (namespace: string): Record<string, string> => ({
  ...OURS,
  'meshdrill/drill': labelValue(namespace),
})

/**
 * Makes a Schedule of a namespace, whose first backup is the one that is waited for. Velero goes on making one a minute until
 * it is asked for the newest.
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
  // Asked for once, by whoever comes first.
  let first: Promise<RunningBackup> | null = null
  const firstBackup = () =>
    (first ??= waitForFirst(lab, name).then((made) => runningBackup(lab, method, namespace, made)))
  return {
    name,
    moving: async () => (await firstBackup()).moving(),
    async finished() {
      const ended = await (await firstBackup()).finished()
      return scheduled(lab, method, namespace, { schedule, first: ended })
    },
  }
}

export const scheduleSpec = (method: Method, namespace: string): Record<string, unknown> => ({
  schedule: EVERY,
  // Backups outlive their Schedule.
  useOwnerReferencesInBackup: false,
  skipImmediately: false,
  template: backupSpec(method, namespace),
})

interface Made {
  schedule: KubeObject
  first: Backup
}

/** The first backup, by the name that was asked for; the others are found when they are wanted. */
function scheduled(lab: Lab, method: Method, namespace: string, { schedule, first }: Made): Backup {
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
      if (newest !== null && newest !== first.name) return runningBackup(lab, method, namespace, newest).finished()
      // The first one was seen to have ended, whatever became of its object since.
      if (first.result.succeeded && seenEnded(first) <= ms) return self
      const states = backups.map(({ metadata, status }) => `"${metadata.name}" ${status?.phase ?? 'New'}`)
      throw new Error(
        `no backup of Velero Schedule "${metadata.name}" had ended well by ${new Date(ms).toISOString()}; there are: ` +
          `${states.join(', ') || 'none'}. Next: velero backup get -l velero.io/schedule-name=${metadata.name}`,
      )
    },
  }
  return self
}

const seenEnded = ({ result }: Backup): number => Number(result.details.seenEndedMs)

/**
 * Name of the newest backup that is Completed and certainly was at a time (ms since the epoch); null where none was. Velero
 * cuts the milliseconds off, so one may have ended up to a second later than it says.
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
      // They are named after their time.
      return names.sort()[0] ?? pending('none')
    },
    { timeout: '4m', hint: shellCommand`kubectl -n ${NAMESPACE} describe schedules.velero.io ${schedule}` },
  )
}

const listScheduled = (lab: Lab, schedule: string) =>
  list<VeleroOperation>(lab, API, 'backups', { 'velero.io/schedule-name': schedule })

/**
 * Removes what earlier drills left: Schedules of this namespace, and those of a namespace that is no more. They would go on
 * for ever, each with a backup a minute.
 */
async function removeSchedules(lab: Lab, namespace: string): Promise<void> {
  const schedules = await list<ScheduleObject>(lab, API, 'schedules', OURS)
  for (const { metadata, spec } of schedules) {
    const [of = ''] = spec.template.includedNamespaces
    const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: of } }
    if (of !== namespace && (await lab.kube.get(reference)) !== null) continue
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
