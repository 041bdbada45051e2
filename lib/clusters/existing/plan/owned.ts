import { ApiextensionsV1Api, type V1CustomResourceDefinition } from '@kubernetes/client-node'
import type { KubeClient } from '../../../kube/client.ts'
import { isGroupOf } from '../../../kube/definitions.ts'
import { objectsOfRelease, ownerOfRelease, releaseOf } from '../../../kube/helm-release.ts'
import type { KubeObject, ObjectReference } from '../../../kube/object.ts'
import { hasLabLabel } from '../../../kube/ownership.ts'
import { type OwnedObject } from '../lease/notes.ts'
import type { Part } from '../../../components/component.ts'

export const namespaceNamed = (name: string): ObjectReference => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
})

export const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }

export async function definitionsOf(kube: KubeClient, part: Part): Promise<V1CustomResourceDefinition[]> {
  const { items } = await kube.config.makeApiClient(ApiextensionsV1Api).listCustomResourceDefinition()
  return items.filter(({ spec }) => part.groups.some((end) => isGroupOf(spec.group, end)))
}

/** Objects of a part that are in a cluster, by whether it is proven that the lab made them. */
interface PartObjects {
  own: OwnedObject[]
  others: ObjectReference[]
}

/**
 * Looks for everything that belongs to a part. The lab made what carries its label, and what a helm release made whose every
 * revision carries it. Anything else is of others, whatever its name.
 */
export async function objectsOf(kube: KubeClient, part: Part, labId: string): Promise<PartObjects> {
  const found: PartObjects = { own: [], others: [] }
  for (const reference of await candidatesOf(kube, part, labId)) {
    const object = await kube.get(reference)
    if (object === null) continue
    if (await isProven(kube, object, labId)) found.own.push(ownedObject(reference, object))
    else found.others.push(pinned(reference, object))
  }
  return found
}

/**
 * Whether an object is proven to be the lab's. A release's record goes with its namespace, and objects outside of it may stay
 * behind: with "or gone" one whose release has no record counts, too, for objects that have other proof.
 */
export async function isProven(
  kube: KubeClient,
  object: KubeObject,
  labId: string,
  record: 'there' | 'or gone' = 'there',
): Promise<boolean> {
  if (hasLabLabel(object, labId)) return true
  const release = releaseOf(object)
  if (release === null) return false
  const owner = await ownerOfRelease(kube, release, labId)
  return owner === 'lab' || (owner === 'nobody' && record === 'or gone')
}

async function candidatesOf(kube: KubeClient, part: Part, labId: string): Promise<ObjectReference[]> {
  const definitions = (await definitionsOf(kube, part)).map(({ metadata }) => ({
    ...DEFINITION,
    metadata: { name: metadata?.name ?? '' },
  }))
  const releases = await Promise.all(
    part.releases.map(async (release) =>
      (await ownerOfRelease(kube, release, labId)) === 'lab' ? objectsOfRelease(kube, release) : [],
    ),
  )
  const all = [...part.namespaces.map(namespaceNamed), part.mark, ...part.objects, ...definitions, ...releases.flat()]
  return [...new Map(all.map((one) => [keyOf(one), one])).values()]
}

const keyOf = ({ apiVersion, kind, metadata }: ObjectReference): string =>
  [apiVersion.split('/')[0], kind, kind === DEFINITION.kind ? '' : (metadata.namespace ?? ''), metadata.name].join(' ')

function ownedObject({ apiVersion, kind }: ObjectReference, { metadata }: KubeObject): OwnedObject {
  const { name, namespace, uid = '' } = metadata
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }), uid }
}

export const referenceTo = ({ apiVersion, kind, name, namespace, uid }: OwnedObject): ObjectReference => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid },
})

/** A reference to exactly the object that was found by it. */
export const pinned = (reference: ObjectReference, found: KubeObject): ObjectReference =>
  referenceTo(ownedObject(reference, found))

/** An object for people: `Deployment "istiod" of namespace "istio-system"`. */
export const nameOf = ({ kind, metadata: { name, namespace } }: ObjectReference): string =>
  `${kind} "${name}"${namespace === undefined ? '' : ` of namespace "${namespace}"`}`
