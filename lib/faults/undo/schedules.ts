import { PatchStrategy } from '@kubernetes/client-node'
import { selector } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Schedules } from '../../lab/undo.ts'

const KINDS = {
  CronJob: { group: 'batch', version: 'v1', plural: 'cronjobs', suspended: { suspend: true } },
  Schedule: { group: 'velero.io', version: 'v1', plural: 'schedules', suspended: { paused: true } },
} as const

/** Suspends CronJobs or Schedules, so that they make no backup any more. Those that are gone need nothing. */
export async function suspendSchedules({ kube }: Lab, { kind, namespace, labels }: Schedules): Promise<string> {
  const { group, version, plural, suspended } = KINDS[kind]
  const request = { group, version, plural, namespace, labelSelector: selector(labels) }
  const { items } = (await kube.custom.listNamespacedCustomObject(request)) as { items: KubeObject[] }
  for (const { metadata } of items) {
    const { name } = metadata
    const change = { apiVersion: `${group}/${version}`, kind, metadata: { name, namespace }, spec: suspended }
    // Server-side apply would take away all that the change does not name.
    await kube.objects.patch(change, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch)
  }
  const names = items.map(({ metadata }) => `"${metadata.name}"`).join(', ')
  return names === '' ? `no ${kind} is left in namespace "${namespace}"` : `${kind} ${names} suspended`
}
