import { podsReady, readManifest, selector, type KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Route } from '../../components/mesh.ts'
import { shellCommand } from '../../output/shorten.ts'
import { messageOf } from '../../system/file-error.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { send } from './http.ts'

/** A Deployment with one claim, as the manifest of a workload has it. */
export interface OneDeployment {
  /** Of the Deployment and its Service. */
  name: string
  /** Of its pods. */
  labels: Record<string, string>
  claim: string
}

interface PodTemplate {
  template: { spec: { containers: { image: string }[] } }
}

/**
 * Applies a manifest, and resolves when the pods are ready. Containers name their images as the artifacts do. `storageClass` is
 * that of the claims, null for the cluster's default.
 */
export async function applyManifest(
  lab: Lab,
  manifest: URL,
  {
    namespace,
    labels,
    storageClass,
  }: { namespace: string; labels: Record<string, string>; storageClass: string | null },
): Promise<void> {
  const objects = (await readManifest(manifest)).map((object) => withImages(object, lab))
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

/** Deletes Deployment and claim, and resolves when they and the pods are gone. */
export async function discardDeployment(
  kube: KubeClient,
  namespace: string,
  { name, labels, claim: claimName }: OneDeployment,
): Promise<void> {
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claimName, namespace } }
  await kube.delete({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace } })
  await kube.delete(claim)
  const probe = async () => {
    const pods = (await kube.pods(namespace, labels)).length
    const claimed = (await kube.get(claim)) !== null
    return pods > 0 || claimed ? pending(`${pods} pods, the claim ${claimed ? 'still there' : 'gone'}`) : true
  }
  const hint = shellCommand`kubectl -n ${namespace} describe pods,pvc`
  await waitFor(`"${name}" in namespace "${namespace}" gone`, probe, { timeout: '120s', hint })
}

/** Resolves when /readyz is answered by 200. A gateway takes a moment to learn of a route: a refusal until then is no failure. */
export async function readyAt(
  route: Route,
  { namespace, name, labels }: { namespace: string; name: string; labels: Record<string, string> },
): Promise<void> {
  const probe = async () => {
    try {
      const { status } = await send(route, 'GET', '/readyz', 2_000)
      return status === 200 || pending(`answered ${status}`)
    } catch (error) {
      return pending(messageOf(error))
    }
  }
  const hint = shellCommand`kubectl -n ${namespace} get pods,endpointslices -l ${selector(labels)}`
  await waitFor(`${name} at ${route.url} (Host ${route.host}) ready`, probe, { timeout: '60s', hint })
}
