import { podsReady, readManifest, selector, type KubeClient } from '../../kube/client.ts'
import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Route } from '../../components/mesh.ts'
import { shellCommand } from '../../output/shorten.ts'
import { messageOf } from '../../system/file-error.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { send, type Answer } from './http.ts'

/** The Deployment with one claim in a workload's manifest. */
export interface OneDeployment {
  /** Name of the Deployment and its Service. */
  name: string
  /** Labels of its pods. */
  labels: Record<string, string>
  claim: string
}

interface PodTemplate {
  template: { spec: { containers: { image: string }[] } }
}

/**
 * Applies a manifest and resolves when the pods are ready. The manifest names images as the artifacts do. `storageClass`
 * is the class of the claims, null for the cluster's default. `edit` sets what the manifest leaves open.
 */
export async function applyManifest(
  lab: Lab,
  manifest: URL,
  {
    namespace,
    labels,
    storageClass,
    edit = (object) => object,
  }: {
    namespace: string
    labels: Record<string, string>
    storageClass: string | null
    edit?: (object: KubeObject) => KubeObject
  },
): Promise<void> {
  const objects = (await readManifest(manifest)).map((object) => withImages(edit(object), lab))
  await lab.kube.apply(storageClass === null ? objects : objects.map(onClass(storageClass)), { namespace })
  await podsReady(lab.kube, namespace, labels, { timeout: '120s' })
}

function withImages(object: KubeObject, lab: Lab): KubeObject {
  if (object.kind !== 'Deployment') return object
  const spec = object.spec as PodTemplate
  const containers = spec.template.spec.containers.map((one) => ({ ...one, image: lab.artifacts.image(one.image) }))
  const template = { ...spec.template, spec: { ...spec.template.spec, containers } }
  return { ...object, spec: { ...spec, template } }
}

const onClass =
  (storageClassName: string) =>
  (object: KubeObject): KubeObject =>
    object.kind === 'PersistentVolumeClaim'
      ? { ...object, spec: { ...(object.spec as object), storageClassName } }
      : object

/** Deletes the Deployment and the claim. Resolves when they and the pods are gone. */
export const discardDeployment = (
  kube: KubeClient,
  namespace: string,
  { name, labels, claim }: OneDeployment,
): Promise<void> =>
  discard(kube, namespace, {
    name,
    labels,
    controllers: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } }],
    claims: [claim],
  })

/** The objects that hold the state of a service. */
export interface Stateful {
  /** Name of the service in errors. */
  name: string
  /** Labels of its pods. */
  labels: Record<string, string>
  /** Objects that create its pods. */
  controllers: readonly ObjectReference[]
  claims: readonly string[]
}

/** Deletes controllers and claims. Resolves when the claims and the pods are gone. */
export async function discard(
  kube: KubeClient,
  namespace: string,
  { name: what, labels, controllers, claims }: Stateful,
): Promise<void> {
  const claimed = claims.map((name) => ({
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace } },
  }))
  for (const { apiVersion, kind, metadata } of controllers)
    await kube.delete({ apiVersion, kind, metadata: { name: metadata.name, namespace } })
  for (const claim of claimed) await kube.delete(claim)
  const gone = async () => {
    const pods = (await kube.pods(namespace, labels)).length
    const left = (await Promise.all(claimed.map((claim) => kube.get(claim)))).filter((found) => found !== null).length
    return pods + left === 0 || pending(`${pods} pods and ${left} claims left`)
  }
  const hint = shellCommand`kubectl -n ${namespace} describe pods,pvc`
  await waitFor(`"${what}" in namespace "${namespace}" gone`, gone, { timeout: '120s', hint })
}

/** Name of a running pod of a service, the same one each time. Throws if none runs. */
export async function findRunningPod(
  kube: KubeClient,
  namespace: string,
  labels: Record<string, string>,
): Promise<string> {
  const pods = await kube.pods(namespace, labels)
  const running = pods.filter(({ metadata, status }) => !metadata?.deletionTimestamp && status?.phase === 'Running')
  const [name] = running.flatMap(({ metadata }) => metadata?.name ?? []).sort()
  if (name === undefined) throw new Error(`no pod "${selector(labels)}" runs in namespace "${namespace}"`)
  return name
}

/** Resolves when /readyz answers 200. */
export const readyAt = (
  route: Route,
  { namespace, name, labels }: { namespace: string; name: string; labels: Record<string, string> },
): Promise<void> =>
  waitForAnswer(route, '/readyz', {
    what: `${name} at ${route.url} (Host ${route.host}) ready`,
    findProblem: ({ status }) => (status === 200 ? null : `answered ${status}`),
    hint: shellCommand`kubectl -n ${namespace} get pods,endpointslices -l ${selector(labels)}`,
  })

export interface WaitingForAnswer {
  /** The awaited event, for errors. */
  what: string
  /** Why an answer is wrong. Null if it is right. */
  findProblem: (answer: Answer) => string | null
  /** The next command after a timeout. */
  hint: string
}

/** Resolves when a path gives the right answer. Refusals before that are no failure: a gateway learns of a route late. */
export async function waitForAnswer(
  route: Route,
  path: string,
  { what, findProblem, hint }: WaitingForAnswer,
): Promise<void> {
  const ask = async () => {
    try {
      const problem = findProblem(await send(route, 'GET', path, 2_000))
      return problem === null || pending(problem)
    } catch (error) {
      return pending(messageOf(error))
    }
  }
  await waitFor(what, ask, { timeout: '60s', hint })
}
