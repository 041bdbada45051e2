import { PatchStrategy, type V1CustomResourceDefinition } from '@kubernetes/client-node'
import type { KubeClient } from '../../../kube/client.ts'
import type { KubeObject } from '../../../kube/object.ts'
import { hasLabLabel } from '../../../kube/ownership.ts'
import { pending, waitFor } from '../../../system/wait.ts'
import type { Notes } from '../lease/notes.ts'

/** Decides whether an object is the lab's: it has the lab's label, or it is in one of the lab's namespaces. */
export interface Estate {
  lab: string
  /** Names of the existing namespaces that the lab created. */
  namespaces: ReadonlySet<string>
}

const isInEstate = ({ lab, namespaces }: Estate, object: KubeObject): boolean =>
  hasLabLabel(object, lab) || namespaces.has(object.metadata.namespace ?? '')

/** Objects of a kind: the lab's, and those of others. */
export async function instancesOf(
  kube: KubeClient,
  definition: V1CustomResourceDefinition,
  estate: Estate,
): Promise<{ own: KubeObject[]; others: KubeObject[] }> {
  const { group, names, versions } = definition.spec
  const version = versions.find((one) => one.storage)?.name ?? ''
  const answer = (await kube.custom.listClusterCustomObject({ group, version, plural: names.plural })) as {
    items: KubeObject[]
  }
  const items = answer.items.map((item) => ({ ...item, apiVersion: `${group}/${version}`, kind: names.kind }))
  return {
    own: items.filter((item) => isInEstate(estate, item)),
    others: items.filter((item) => !isInEstate(estate, item)),
  }
}

/** Deletes the lab's objects of a kind. If their controller is gone and finalizers remain, the finalizers are removed too. */
export async function removeInstances(
  kube: KubeClient,
  definition: V1CustomResourceDefinition,
  estate: Estate,
  log: (line: string) => void,
): Promise<void> {
  const { group, names } = definition.spec
  const list = async (): Promise<KubeObject[]> => (await instancesOf(kube, definition, estate)).own
  const own = await list()
  for (const object of own) await kube.delete(object)
  if (own.length === 0) return
  const left = await waitFor(
    `${names.plural}.${group} gone`,
    async () => {
      const items = await list()
      return items.length === 0 ? items : pending(`${items.length} there`)
    },
    { timeout: '30s' },
  ).catch(() => list())
  if (left.length > 0) log(`${left.length} ${names.plural}.${group} kept their finalizers, which are taken away`)
  for (const { apiVersion, kind, metadata } of left) {
    const { name, namespace, uid } = metadata
    // With a UID in it, the patch cannot change another object of the same name.
    const bare = {
      ...{ apiVersion, kind },
      metadata: { name, ...(namespace ? { namespace } : {}), ...(uid ? { uid } : {}), finalizers: [] },
    }
    await kube.objects.patch(bare, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch)
  }
}

/**
 * The namespaces that the lab created, by the label that each got on creation. A name or UID in the notes is not enough: people
 * can edit notes, and a user who removes the label from a namespace takes it over.
 */
export async function estateOf(kube: KubeClient, notes: Notes): Promise<Estate> {
  const { items } = await kube.core.listNamespace()
  const own = items.filter((one) => hasLabLabel(one, notes.lab))
  return { lab: notes.lab, namespaces: new Set(own.map(({ metadata }) => metadata?.name ?? '')) }
}
