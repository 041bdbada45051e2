import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { OperationResult } from '../../record/facts.ts'
import { isClaim } from './exported-namespace.ts'
import { earliest, latest, timeMs } from './times.ts'

/** Objects of a namespace in the order in which they are applied again. */
export interface RestorePlan {
  /** What workloads need before they start: the namespace, accounts, configuration. */
  before: KubeObject[]
  claims: KubeObject[]
  /** What may come only when the data is in: the mesh's configuration, then whatever mounts the claims. */
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

/** Orders exported objects, for their own namespace or another one. */
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

/** Hosts inside the mesh's objects stay: whoever exposes the copy gives it its own. */
function moveToNamespace(object: KubeObject, namespace: string): KubeObject {
  const { metadata } = object
  if (object.kind === 'Namespace') return { ...object, metadata: { ...metadata, name: namespace } }
  return { ...object, metadata: { ...metadata, namespace } }
}

/**
 * Brings a namespace back: what workloads need and what the tool needs, fresh claims, their data by `fill`, then the
 * workloads. Where the data did not come no workload is started: it would begin anew on an empty volume.
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

/** The result of a restore of claims of which the backup has no snapshot. */
export const noSnapshot = (claims: string[], details: OperationResult['details']): OperationResult => ({
  state: 'NoSnapshot',
  succeeded: false,
  startedMs: null,
  endedMs: null,
  bytes: null,
  details: { message: `there is no snapshot of ${claims.join(', ')} to restore from`, ...details },
})

/** Fails where one of the claims is there: data that is written over what is left would be a mixture of both. */
export async function requireClaimsGone(kube: KubeClient, claims: KubeObject[]): Promise<void> {
  for (const claim of claims) {
    if ((await kube.get(claim)) === null) continue
    const { name, namespace = '' } = claim.metadata
    throw new Error(
      `claim "${name}" of namespace "${namespace}" is still there: what is to be restored must be gone. ` +
        `Next: kubectl -n ${namespace} delete pvc ${name}`,
    )
  }
}

/** When the oldest of these objects was made, by the cluster's clock, which counts whole seconds; null where none is there. */
export const firstCreatedMs = async (kube: KubeClient, objects: KubeObject[]): Promise<number | null> =>
  earliest(await creationTimes(kube, objects))

/** When the newest of these objects was made. */
export const lastCreatedMs = async (kube: KubeClient, objects: KubeObject[]): Promise<number | null> =>
  latest(await creationTimes(kube, objects))

async function creationTimes(kube: KubeClient, objects: KubeObject[]): Promise<(number | null)[]> {
  const found = await Promise.all(objects.map((object) => kube.get(object)))
  return found.map((object) => timeMs(object?.metadata.creationTimestamp))
}
