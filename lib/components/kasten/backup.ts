import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { waitForRunningPod } from '../support/job-pods.ts'
import { strip } from '../support/namespace-objects.ts'
import { earliest, latest, timeMs } from '../support/times.ts'
import type { Backup, RunningBackup } from '../tool.ts'
import {
  ACTIONS,
  actionReference,
  APPS,
  exceptionsOf,
  failureOf,
  waitForAction,
  type Action,
  type Timing,
} from './actions.ts'
import { exportedContents, waitForContent, type RestorePointContent } from './contents.ts'
import { NAMESPACE, PROFILE } from './profile.ts'
import { restore } from './restore.ts'

export type Mode = 'export' | 'export-incremental'

/** On the pods of Kanister, which move the data of K10. */
export const MOVER = { createdBy: 'kanister' }

const labelsOf = (namespace: string) => ({
  'k10.kasten.io/appName': namespace,
  'k10.kasten.io/appNamespace': namespace,
  'k10.kasten.io/appType': 'namespace',
})

export const backupAction = (namespace: string, name: string): KubeObject => ({
  ...actionReference('BackupAction', namespace, name),
  metadata: { name, namespace, labels: labelsOf(namespace) },
  spec: { subject: { name: namespace, namespace } },
})

export const exportAction = (namespace: string, name: string, restorePoint: string): KubeObject => ({
  ...actionReference('ExportAction', NAMESPACE, name),
  metadata: { name, namespace: NAMESPACE, labels: labelsOf(namespace) },
  spec: {
    subject: { kind: 'RestorePoint', name: restorePoint, namespace },
    profile: { name: PROFILE, namespace: NAMESPACE },
  },
})

interface Options {
  name: string
  mode: Mode
  timing: Timing
}

/** Starts a backup of a namespace: snapshots, whose data is then exported to the store. */
export async function startBackup(lab: Lab, namespace: string, options: Options): Promise<RunningBackup> {
  const found = await lab.kube.get({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  if (found === null) throw new Error(`namespace "${namespace}" is not there: nothing to back up`)
  const state = { ended: false }
  const work = backUp(lab, strip(found), options)
  const over = () => {
    state.ended = true
  }
  // Its failure is that of `waitUntilFinished`.
  work.then(over, over)
  return {
    name: options.name,
    waitUntilMoving: () =>
      waitForRunningPod(lab, { namespace: NAMESPACE, labels: MOVER }, () => Promise.resolve(state.ended)),
    waitUntilFinished: () => work,
  }
}

/** What one backup left: the end of each of its actions, and what K10 keeps of it. */
interface Run {
  actions: Action[]
  content: RestorePointContent | null
}

/** The incremental mode exports once before, whose time is not counted: K10 moves only what changed since. */
async function backUp(lab: Lab, namespace: KubeObject, options: Options): Promise<Backup> {
  const { name, mode, timing } = options
  if (mode === 'export-incremental') {
    const full = await exportOnce(lab, namespace.metadata.name, `${name}-full`, timing)
    if (!describeActions(full.actions).succeeded) return backupOf(lab, namespace, options, full)
  }
  return backupOf(lab, namespace, options, await exportOnce(lab, namespace.metadata.name, name, timing))
}

async function exportOnce(lab: Lab, namespace: string, name: string, timing: Timing): Promise<Run> {
  await lab.kube.create(backupAction(namespace, name))
  const backup = await waitForAction(lab, 'BackupAction', { namespace, name }, timing)
  if (backup.status?.state !== 'Complete') return { actions: [backup], content: null }
  const point = backup.status.restorePoint?.name
  if (point === undefined)
    throw new Error(
      `Kasten BackupAction "${name}" in namespace "${namespace}" is Complete, but names no RestorePoint. Next: kubectl -n ${namespace} get backupaction ${name} -o yaml`,
    )
  const earlier = await exportedContents(lab, namespace)
  // ExportActions of all namespaces are in that of K10.
  const own = `${namespace}-${name}`
  await lab.kube.create(exportAction(namespace, own, point))
  const exported = await waitForAction(lab, 'ExportAction', { namespace: NAMESPACE, name: own }, timing)
  if (exported.status?.state !== 'Complete') return { actions: [backup, exported], content: null }
  return { actions: [backup, exported], content: await waitForContent(lab, namespace, earlier, timing) }
}

/** The result of actions that follow each other: the first that is not Complete decides. */
export function describeActions(actions: Action[]): OperationResult {
  const failed = actions.find(({ status }) => status?.state !== 'Complete')
  return {
    state: failed?.status?.state ?? 'Complete',
    succeeded: failed === undefined,
    startedMs: earliest(actions.map(({ status }) => timeMs(status?.startTime))),
    endedMs: latest(actions.map(({ status }) => timeMs(status?.endTime))),
    bytes: null,
    details: {
      action: failed?.kind ?? null,
      message: failed === undefined ? null : (failureOf(failed) ?? 'Kasten says nothing of the reason'),
      exceptions: exceptionsOf(actions),
    },
  }
}

function backupOf(lab: Lab, namespace: KubeObject, { name, timing }: Options, { actions, content }: Run): Backup {
  const result = describeActions(actions)
  const objects: ObjectReference[] = actions.map(({ kind, metadata }) => ({
    ...{ apiVersion: ACTIONS, kind },
    metadata: { name: metadata.name, namespace: metadata.namespace ?? '' },
  }))
  const kept = content?.metadata.name ?? null
  const contents = kept === null ? [] : [{ apiVersion: APPS, kind: 'RestorePointContent', metadata: { name: kept } }]
  return {
    name,
    // K10 gives the size of what it keeps only with the exported content.
    result: { ...result, bytes: content?.status?.physicalSizeBytes ?? null },
    objects: [...objects, ...contents],
    restore: ({ into } = {}) => restore(lab, { namespace, content: kept, into: into ?? null }, name, timing),
  }
}
