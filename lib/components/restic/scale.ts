import { PatchStrategy, type V1Deployment, type V1StatefulSet } from '@kubernetes/client-node'
import { podsReady, selector, type KubeClient } from '../../kube/client.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { earliest, latest, timeMs } from '../support/times.ts'
import { shellCommand } from '../../output/shorten.ts'

/** A person's own hand: the fields that the workload's owner applied stay the owner's. */
const FIELD_MANAGER = 'meshdrill-scale'
const TIMEOUT = '120s'

/** A workload whose pods mount some of the claims. */
export interface User {
  apiVersion: 'apps/v1'
  kind: 'Deployment' | 'StatefulSet'
  namespace: string
  name: string
  replicas: number
  /** Labels that select its pods. */
  labels: Record<string, string>
}

/** The workloads that use the claims, as far as they run. */
export async function findUsers(kube: KubeClient, namespace: string, claims: string[]): Promise<User[]> {
  const deployments = (await kube.apps.listNamespacedDeployment({ namespace })).items
  const sets = (await kube.apps.listNamespacedStatefulSet({ namespace })).items
  return [
    ...deployments.filter((one) => uses(one, claims)).map((one) => userOf('Deployment', namespace, one)),
    ...sets.filter((one) => uses(one, claims)).map((one) => userOf('StatefulSet', namespace, one)),
  ].filter(({ replicas }) => replicas > 0)
}

function uses(workload: V1Deployment | V1StatefulSet, claims: string[]): boolean {
  const { metadata, spec } = workload
  const named = spec?.template.spec?.volumes?.map((volume) => volume.persistentVolumeClaim?.claimName) ?? []
  // Claims of a StatefulSet bear the name of the template, its own, and a number.
  const templates = spec !== undefined && 'volumeClaimTemplates' in spec ? (spec.volumeClaimTemplates ?? []) : []
  const begin = templates.map((template) => `${template.metadata?.name ?? ''}-${metadata?.name ?? ''}-`)
  return claims.some((claim) => named.includes(claim) || begin.some((prefix) => claim.startsWith(prefix)))
}

const userOf = (kind: User['kind'], namespace: string, { metadata, spec }: V1Deployment | V1StatefulSet): User => ({
  apiVersion: 'apps/v1',
  kind,
  namespace,
  name: metadata?.name ?? '',
  replicas: spec?.replicas ?? 1,
  labels: spec?.selector.matchLabels ?? {},
})

/** Resolves when no pod of them is left; says when the first was told to stop, by the cluster's clock. */
export async function scaleDown(kube: KubeClient, users: User[]): Promise<number | null> {
  const told = await Promise.all(users.map((user) => scale(kube, user, 0)))
  for (const { namespace, labels, name } of users) {
    await waitFor(
      `pods of "${name}" in namespace "${namespace}" gone`,
      async () => {
        const left = await kube.pods(namespace, labels)
        return left.length === 0 ? true : pending(left.map((pod) => pod.metadata?.name ?? '?').join(', '))
      },
      { timeout: TIMEOUT, every: '100ms', hint: shellCommand`kubectl -n ${namespace} get pods -l ${selector(labels)}` },
    )
  }
  return earliest(told)
}

/** Resolves when as many pods are Ready as there were before; says when the last one was. */
export async function scaleUp(kube: KubeClient, users: User[]): Promise<number | null> {
  await Promise.all(users.map((user) => scale(kube, user, user.replicas)))
  const pods = await Promise.all(
    users.map(({ namespace, labels, replicas }) =>
      podsReady(kube, namespace, labels, { timeout: TIMEOUT, count: replicas }),
    ),
  )
  const ready = pods.flat().map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready'))
  return latest(ready.map((condition) => timeMs(condition?.lastTransitionTime)))
}

/** When it was told, by the cluster's clock, which counts whole seconds here. */
async function scale(kube: KubeClient, user: User, replicas: number): Promise<number | null> {
  const { apiVersion, kind, name, namespace } = user
  const patch = { apiVersion, kind, metadata: { name, namespace }, spec: { replicas } }
  const changed = await kube.objects.patch(
    patch,
    undefined,
    undefined,
    FIELD_MANAGER,
    undefined,
    PatchStrategy.MergePatch,
  )
  const { managedFields = [] } = changed.metadata as { managedFields?: { manager?: string; time?: string | Date }[] }
  return timeMs(managedFields.find(({ manager }) => manager === FIELD_MANAGER)?.time)
}
