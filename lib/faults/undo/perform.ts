import type { Lab } from '../../lab/lab.ts'
import { parseDuration } from '../../system/quantity.ts'
import { deleteMarked } from '../../components/chaos-mesh/chaos-mesh.ts'
import { clearNetworks } from '../support/cut-off.ts'
import { unfillVolume } from '../full-volume.ts'
import { startNode } from '../node-outage.ts'
import { hasOwnImages } from '../pod-failure.ts'
import { readyAgain } from '../pod-kill.ts'
import { restoreKey } from '../support/secret-change.ts'
import { startStore } from '../support/store-power.ts'
import { stressorsGone } from '../stress.ts'
import { restoreMemoryLimit } from '../tool-memory.ts'
import { taskEnded } from '../support/volume-task.ts'
import type { Undo, Schedules } from '../../lab/undo.ts'
import { clientLibrary } from '../../kube/library.ts'
import { selector } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'

const KINDS = {
  CronJob: { group: 'batch', version: 'v1', plural: 'cronjobs', suspended: { suspend: true } },
  Schedule: { group: 'velero.io', version: 'v1', plural: 'schedules', suspended: { paused: true } },
} as const

/** Suspends CronJobs or Schedules, so that they make no more backups. Missing ones are ignored. */
async function suspendSchedules({ kube }: Lab, { kind, namespace, labels }: Schedules): Promise<string> {
  const { group, version, plural, suspended } = KINDS[kind]
  const request = { group, version, plural, namespace, labelSelector: selector(labels) }
  const { items } = (await kube.custom.listNamespacedCustomObject(request)) as { items: KubeObject[] }
  for (const { metadata } of items) {
    const { name } = metadata
    const change = { apiVersion: `${group}/${version}`, kind, metadata: { name, namespace }, spec: suspended }
    // Server-side apply would remove all fields that the change does not name.
    await kube.objects.patch(
      change,
      undefined,
      undefined,
      undefined,
      undefined,
      clientLibrary().PatchStrategy.MergePatch,
    )
  }
  const names = items.map(({ metadata }) => `"${metadata.name}"`).join(', ')
  return names === '' ? `no ${kind} is left in namespace "${namespace}"` : `${kind} ${names} suspended`
}

type UndoOf<Kind extends Undo['kind']> = Extract<Undo, { kind: Kind }>

/** How each kind of undo is done, and the timeout of one attempt. Resolves with the evidence in words. */
type Performers = {
  [Kind in Undo['kind']]: { timeout: string; perform: (lab: Lab, undo: UndoOf<Kind>) => Promise<string> }
}

const performers: Performers = {
  nothing: { timeout: '1s', perform: (_lab, { because }) => Promise.resolve(because) },
  'delete-object': { timeout: '40s', perform: (lab, { object, mark }) => deleteMarked(lab, object, mark) },
  'end-task': { timeout: '70s', perform: (lab, { workflow }) => taskEnded(lab, workflow) },
  'clear-networks': { timeout: '60s', perform: (lab, { pods }) => clearNetworks(lab, pods) },
  'end-stressors': { timeout: '60s', perform: (lab, { namespace, pod }) => stressorsGone(lab, namespace, pod) },
  'own-images': { timeout: '150s', perform: (lab, { pod, images }) => hasOwnImages(lab, pod, images) },
  'pod-ready': { timeout: '150s', perform: (lab, { selection }) => readyAgain(lab, selection) },
  'start-node': { timeout: '10m', perform: (lab, { node, wipe }) => startNode(lab, node, wipe) },
  'start-store': { timeout: '60s', perform: (lab, { objects }) => startStore(lab, objects) },
  'restore-key': {
    timeout: '150s',
    perform: (lab, { secret, wrong, right }) => restoreKey(lab, secret, wrong, right),
  },
  'restore-memory-limit': {
    timeout: '60s',
    perform: (lab, { pod, containerId, limit }) => restoreMemoryLimit(lab, pod, containerId, limit),
  },
  'unfill-volume': { timeout: '5m', perform: (lab, undo) => unfillVolume(lab, undo) },
  'suspend-schedules': { timeout: '30s', perform: (lab, { schedules }) => suspendSchedules(lab, schedules) },
}

export const isUndoKind = (kind: string): kind is Undo['kind'] => Object.hasOwn(performers, kind)

/** Timeout of one attempt, in milliseconds. */
export const timeoutOf = ({ kind }: Undo): number => parseDuration(performers[kind].timeout)

/** Undoes one change. It may have been undone already, or may never have been made. */
export function performUndo(lab: Lab, undo: Undo): Promise<string> {
  const { perform } = performers[undo.kind]
  return (perform as (lab: Lab, undo: Undo) => Promise<string>)(lab, undo)
}
