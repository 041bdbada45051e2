import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { OperationResult } from '../../record/facts.ts'
import { isClaim } from './exported-namespace.ts'
import { earliest, latest, timeMs } from './times.ts'

/** Objects of a namespace in the order in which they are applied again. */
export interface RestorePlan {
  /** The namespace, accounts and configuration, which workloads need before they start. */
  before: KubeObject[]
  claims: KubeObject[]
  /** Objects that wait for the data: first the mesh's configuration, then the workloads. */
  after: KubeObject[]
}

const BEFORE = [
  'Namespace',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'LimitRange',
  'ResourceQuota',
  'ConfigMap',
  'Secret',
]
const STARTS_PODS = [
  'DaemonSet',
  'StatefulSet',
  'Deployment',
  'ReplicationController',
  'CronJob',
  'HorizontalPodAutoscaler',
]

/** Orders exported objects for a restore into their own namespace, or into another one. */
export function planRestore(objects: KubeObject[], into?: string): RestorePlan {
  const placed = into === undefined ? objects : objects.map((object) => moveToNamespace(object, into))
  const claims = placed.filter(isClaim)
  const others = placed.filter((object) => !isClaim(object))
  const rank = ({ kind }: KubeObject) => BEFORE.indexOf(kind)
  return {
    before: others.filter((object) => rank(object) >= 0).sort((one, other) => rank(one) - rank(other)),
    claims,
    after: others
      .filter((object) => rank(object) < 0)
      .sort((one, other) => STARTS_PODS.indexOf(one.kind) - STARTS_PODS.indexOf(other.kind)),
  }
}

/** Moves an object to another namespace. Host names in mesh objects stay: the copy gets its own hosts when it is exposed. */
function moveToNamespace(object: KubeObject, namespace: string): KubeObject {
  const { metadata } = object
  if (object.kind === 'Namespace') return { ...object, metadata: { ...metadata, name: namespace } }
  return { ...object, metadata: { ...metadata, namespace } }
}

/**
 * Restores a namespace: first the configuration and the tool's `own` objects, then new claims, then the data by `restoreData`,
 * last the workloads. If the data cannot be restored, no workload starts, because it would start on an empty volume.
 */
export async function restoreNamespace(
  kube: KubeClient,
  plan: RestorePlan,
  own: KubeObject[],
  restoreData: () => Promise<OperationResult>,
): Promise<OperationResult> {
  await requireClaimsGone(kube, plan.claims)
  await kube.apply([...plan.before, ...own, ...plan.claims])
  const result = await restoreData()
  const startedMs = (await firstCreatedMs(kube, plan.claims)) ?? result.startedMs
  if (!result.succeeded) return { ...result, startedMs }
  await kube.apply(plan.after)
  return { ...result, startedMs, endedMs: latest([result.endedMs, await lastCreatedMs(kube, plan.after)]) }
}

/** The result of a restore if the backup has no snapshot of these claims. */
export const noSnapshot = (claims: string[], details: OperationResult['details']): OperationResult => ({
  state: 'NoSnapshot',
  succeeded: false,
  startedMs: null,
  endedMs: null,
  bytes: null,
  details: { message: `the backup has no snapshot of ${claims.map((claim) => `"${claim}"`).join(', ')}`, ...details },
})

/** Fails if one of the claims exists. A restore over existing data would mix old and new files. */
export async function requireClaimsGone(kube: KubeClient, claims: KubeObject[]): Promise<void> {
  for (const claim of claims) {
    if ((await kube.get(claim)) === null) continue
    const { name, namespace = '' } = claim.metadata
    throw new Error(
      `claim "${name}" in namespace "${namespace}" still exists, and a restore needs a new claim. ` +
        `Next: kubectl -n ${namespace} delete pvc ${name}`,
    )
  }
}

/** Creation time of the oldest of these objects, on the cluster's clock in whole seconds; null if none exists. */
export const firstCreatedMs = async (kube: KubeClient, objects: KubeObject[]): Promise<number | null> =>
  earliest(await creationTimes(kube, objects))

/** Creation time of the newest of these objects, like `firstCreatedMs`. */
export const lastCreatedMs = async (kube: KubeClient, objects: KubeObject[]): Promise<number | null> =>
  latest(await creationTimes(kube, objects))

async function creationTimes(kube: KubeClient, objects: KubeObject[]): Promise<(number | null)[]> {
  const found = await Promise.all(objects.map((object) => kube.get(object)))
  return found.map((object) => timeMs(object?.metadata.creationTimestamp))
}
