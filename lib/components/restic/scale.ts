import type { V1Deployment, V1StatefulSet } from '@kubernetes/client-node'
import { clientLibrary } from '../../kube/library.ts'
import { podsReady, selector, type KubeClient } from '../../kube/client.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { earliest, latest, timeMs } from '../support/times.ts'
import { shellCommand } from '../../output/shorten.ts'

/** Field manager of the scale patches. It differs from the owner's, so the owner keeps its fields. */
const FIELD_MANAGER = 'meshdrill-scale'
const TIMEOUT = '120s'

/** A workload with pods that mount some of the claims. */
export interface Workload {
  apiVersion: 'apps/v1'
  kind: 'Deployment' | 'StatefulSet'
  namespace: string
  name: string
  replicas: number
  /** Labels that select its pods. */
  labels: Record<string, string>
}

/** Finds the workloads that use the claims and have at least one replica. */
export async function findWorkloads(kube: KubeClient, namespace: string, claims: string[]): Promise<Workload[]> {
  const deployments = (await kube.apps.listNamespacedDeployment({ namespace })).items
  const sets = (await kube.apps.listNamespacedStatefulSet({ namespace })).items
  return [
    ...deployments.filter((one) => mountsClaim(one, claims)).map((one) => workloadOf('Deployment', namespace, one)),
    ...sets.filter((one) => mountsClaim(one, claims)).map((one) => workloadOf('StatefulSet', namespace, one)),
  ].filter(({ replicas }) => replicas > 0)
}

function mountsClaim(workload: V1Deployment | V1StatefulSet, claims: string[]): boolean {
  const { metadata, spec } = workload
  const named = spec?.template.spec?.volumes?.map((volume) => volume.persistentVolumeClaim?.claimName) ?? []
  // The claims of a StatefulSet are named `<template>-<set>-<number>`.
  const templates = spec !== undefined && 'volumeClaimTemplates' in spec ? (spec.volumeClaimTemplates ?? []) : []
  const begin = templates.map((template) => `${template.metadata?.name ?? ''}-${metadata?.name ?? ''}-`)
  return claims.some((claim) => named.includes(claim) || begin.some((prefix) => claim.startsWith(prefix)))
}

const workloadOf = (
  kind: Workload['kind'],
  namespace: string,
  { metadata, spec }: V1Deployment | V1StatefulSet,
): Workload => ({
  apiVersion: 'apps/v1',
  kind,
  namespace,
  name: metadata?.name ?? '',
  replicas: spec?.replicas ?? 1,
  labels: spec?.selector.matchLabels ?? {},
})

/** Scales to 0 and resolves when all pods are gone. Returns the time of the first scale patch on the cluster's clock. */
export async function scaleDown(kube: KubeClient, workloads: Workload[]): Promise<number | null> {
  const scaledMs = await Promise.all(workloads.map((workload) => scale(kube, workload, 0)))
  for (const { namespace, labels, name } of workloads) {
    await waitFor(
      `pods of "${name}" in namespace "${namespace}" gone`,
      async () => {
        const left = await kube.pods(namespace, labels)
        return left.length === 0 ? true : pending(left.map((pod) => pod.metadata?.name ?? '?').join(', '))
      },
      { timeout: TIMEOUT, every: '100ms', hint: shellCommand`kubectl -n ${namespace} get pods -l ${selector(labels)}` },
    )
  }
  return earliest(scaledMs)
}

/** Scales back and resolves when all pods are Ready. Returns the time when the last pod became Ready. */
export async function scaleUp(kube: KubeClient, workloads: Workload[]): Promise<number | null> {
  await Promise.all(workloads.map((workload) => scale(kube, workload, workload.replicas)))
  const pods = await Promise.all(
    workloads.map(({ namespace, labels, replicas }) =>
      podsReady(kube, namespace, labels, { timeout: TIMEOUT, count: replicas }),
    ),
  )
  const ready = pods.flat().map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready'))
  return latest(ready.map((condition) => timeMs(condition?.lastTransitionTime)))
}

/** Scales a workload. Returns the time of the patch on the cluster's clock, in whole seconds. */
async function scale(kube: KubeClient, workload: Workload, replicas: number): Promise<number | null> {
  const { apiVersion, kind, name, namespace } = workload
  const patch = { apiVersion, kind, metadata: { name, namespace }, spec: { replicas } }
  const changed = await kube.objects.patch(
    patch,
    undefined,
    undefined,
    FIELD_MANAGER,
    undefined,
    clientLibrary().PatchStrategy.MergePatch,
  )
  const { managedFields = [] } = changed.metadata as { managedFields?: { manager?: string; time?: string | Date }[] }
  return timeMs(managedFields.find(({ manager }) => manager === FIELD_MANAGER)?.time)
}
