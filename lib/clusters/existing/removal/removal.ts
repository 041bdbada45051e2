import type { V1CustomResourceDefinition } from '@kubernetes/client-node'
import { clientLibrary } from '../../../kube/library.ts'
import type { KubeClient } from '../../../kube/client.ts'
import type { ObjectReference } from '../../../kube/object.ts'
import { hasLabLabel } from '../../../kube/ownership.ts'
import { shellCommand } from '../../../output/shorten.ts'
import { pending, waitFor } from '../../../system/wait.ts'
import type { OwnedObject, PartNote } from '../lease/notes.ts'
import {
  DEFINITION,
  definitionsOf,
  isProven,
  nameOf,
  namespaceNamed,
  objectsOf,
  pinned,
  referenceTo,
} from '../plan/owned.ts'
import type { Part } from '../../../components/component.ts'
import { instancesOf, removeInstances, type LabScope } from './instances.ts'

export interface Removal {
  kube: KubeClient
  scope: LabScope
  log: (line: string) => void
  /** Objects that stay: one sentence each with the reason and the next command. */
  left: string[]
}

const WEBHOOKS = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']

/**
 * Removes the lab's objects of a part: noted objects, and others with proof that the lab created them, for example after an
 * interrupted installation. Each is deleted by its UID, so that another object of the same name stays.
 */
export async function removePart(removal: Removal, part: Part, note: PartNote): Promise<void> {
  const { kube, scope, left } = removal
  const found = await objectsOf(kube, part, scope.lab)
  const noted = note.state === 'installed' ? note.objects : []
  const proven = found.own.filter(({ uid }) => !noted.some((one) => one.uid === uid))
  const there = [...(await stillThere(removal, noted)), ...proven]
  // An object that replaced a noted one has been reported already.
  const others = found.others.filter((other) => !noted.some((one) => isSame(other, one)))
  if (others.length > 0)
    left.push(
      `${others.map(nameOf).join(', ')}: kept, because not proven to be of this lab. Next, if they are not yours: ${others.map(deletionOf).join('; ')}`,
    )
  const definitions = (await definitionsOf(kube, part)).filter((definition) => isAmong(there, definition))
  // Custom resources are deleted first, while their controllers still run and remove the finalizers.
  for (const definition of definitions) await removeInstances(kube, definition, scope, removal.log)
  const ofKind = (...kinds: string[]) => there.filter(({ kind }) => kinds.includes(kind))
  // A webhook without its server would refuse requests of others.
  const webhooks = ofKind(...WEBHOOKS)
  const namespaces = ofKind('Namespace')
  const first = [...webhooks, ...namespaces]
  for (const object of first) await removeObject(removal, referenceTo(object))
  const rest = there.filter((one) => !first.includes(one) && one.kind !== DEFINITION.kind)
  for (const object of rest) await removeObject(removal, referenceTo(object))
  for (const definition of definitions) await removeDefinition(removal, definition)
}

/** Removes a definition unless it has objects of others, which would be deleted with it. */
async function removeDefinition(removal: Removal, definition: V1CustomResourceDefinition): Promise<void> {
  const { metadata } = definition
  const [name, uid] = [metadata?.name ?? '', metadata?.uid ?? '']
  const { others } = await instancesOf(removal.kube, definition, removal.scope)
  if (others.length === 0) {
    await removeObject(removal, { ...DEFINITION, metadata: { name, uid } })
    return
  }
  const few = others.slice(0, 3).map(nameOf).join(', ')
  removal.left.push(
    `${DEFINITION.kind} "${name}": kept, because ${others.length} objects of others would be deleted with it (${few}). Next: ${shellCommand`kubectl get ${name} --all-namespaces`}`,
  )
}

/** Removes namespaces of drills, by the lab's label. Returns their names. */
export async function removeDrillNamespaces(removal: Removal, ofParts: readonly string[]): Promise<string[]> {
  const drills = [...removal.scope.namespaces].filter((name) => !ofParts.includes(name))
  for (const name of drills) {
    const found = await removal.kube.get(namespaceNamed(name))
    if (found !== null && hasLabLabel(found, removal.scope.lab))
      await removeObject(removal, pinned(namespaceNamed(name), found))
  }
  return drills
}

/** Deletes the object with the reference's UID, and resolves when it is gone. */
export async function removeObject({ kube, left }: Removal, reference: ObjectReference): Promise<void> {
  const { uid } = reference.metadata
  if (uid === undefined || uid === '')
    throw new Error(`${nameOf(reference)} was not deleted, because its UID is unknown`)
  try {
    await kube.delete(reference)
  } catch (error) {
    if (!(error instanceof clientLibrary().ApiException && error.code === 409)) throw error
    left.push(`${nameOf(reference)}: kept, because another object has replaced it`)
    return
  }
  await waitFor(
    `${nameOf(reference)} gone`,
    async () => {
      const found = await kube.get(reference)
      return found?.metadata.uid === uid ? pending('still there') : true
    },
    { timeout: '120s', hint: shellCommand`kubectl get ${reference.kind} ${reference.metadata.name} -o yaml` },
  )
}

/** The noted objects that still exist with the same UID and the lab's label. */
async function stillThere({ kube, scope, left }: Removal, objects: OwnedObject[]): Promise<OwnedObject[]> {
  const there: OwnedObject[] = []
  for (const object of objects) {
    const found = await kube.get(referenceTo(object))
    if (found === null) continue
    const name = nameOf(referenceTo(object))
    if (found.metadata.uid !== object.uid)
      left.push(`${name}: kept, because it is not the object that this lab created`)
    else if (await isProven(kube, found, scope.lab, 'or gone')) there.push(object)
    else
      left.push(
        `${name}: kept, because it lacks the label of this lab. Next, if it is not yours: ${deletionOf(referenceTo(object))}`,
      )
  }
  return there
}

const isSame = ({ kind, metadata }: ObjectReference, object: OwnedObject): boolean =>
  kind === object.kind && metadata.name === object.name && (metadata.namespace ?? '') === (object.namespace ?? '')

const isAmong = (objects: OwnedObject[], { metadata }: V1CustomResourceDefinition): boolean =>
  objects.some(({ kind, uid }) => kind === DEFINITION.kind && uid === metadata?.uid)

export const deletionOf = ({ kind, metadata: { name, namespace } }: ObjectReference): string =>
  namespace === undefined
    ? shellCommand`kubectl delete ${kind.toLowerCase()} ${name}`
    : shellCommand`kubectl -n ${namespace} delete ${kind.toLowerCase()} ${name}`
