import type { V1CustomResourceDefinition } from '@kubernetes/client-node'
import { clientLibrary } from '../../../kube/library.ts'
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
  const { items } = await kube.config.makeApiClient(clientLibrary().ApiextensionsV1Api).listCustomResourceDefinition()
  return items.filter(({ spec }) => part.groups.some((end) => isGroupOf(spec.group, end)))
}

/** Objects of a part in a cluster: those with proof that the lab created them, and all others. */
interface PartObjects {
  own: OwnedObject[]
  others: ObjectReference[]
}

/**
 * Finds all objects of a part. An object is the lab's if it has the lab's label, or if it belongs to a helm release with that label
 * on every revision. All other objects belong to others, whatever their names.
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
 * True if an object is proven to be the lab's. With "or gone", an object of a release without a record counts, too: the record is
 * deleted with the release's namespace, and other objects of the release may stay behind. Use it only with other proof.
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

/** Adds the UID of the found object to a reference. */
export const pinned = (reference: ObjectReference, found: KubeObject): ObjectReference =>
  referenceTo(ownedObject(reference, found))

/** An object for people: `Deployment "istiod" of namespace "istio-system"`. */
export const nameOf = ({ kind, metadata: { name, namespace } }: ObjectReference): string =>
  `${kind} "${name}"${namespace === undefined ? '' : ` of namespace "${namespace}"`}`
