import type { V1CustomResourceDefinition } from '@kubernetes/client-node'
import { clientLibrary } from '../../../kube/library.ts'
import type { KubeClient } from '../../../kube/client.ts'
import type { KubeObject } from '../../../kube/object.ts'
import { hasLabLabel } from '../../../kube/ownership.ts'
import { pending, waitFor } from '../../../system/wait.ts'
import type { Notes } from '../lease/notes.ts'

/** The lab's objects: those with the lab's label, and those in one of the lab's namespaces. */
export interface LabScope {
  lab: string
  /** Names of the existing namespaces that the lab created. */
  namespaces: ReadonlySet<string>
}

const isInScope = ({ lab, namespaces }: LabScope, object: KubeObject): boolean =>
  hasLabLabel(object, lab) || namespaces.has(object.metadata.namespace ?? '')

/** Objects of a kind: the lab's, and those of others. */
export async function instancesOf(
  kube: KubeClient,
  definition: V1CustomResourceDefinition,
  scope: LabScope,
): Promise<{ own: KubeObject[]; others: KubeObject[] }> {
  const { group, names, versions } = definition.spec
  const version = versions.find((one) => one.storage)?.name ?? ''
  const answer = (await kube.custom.listClusterCustomObject({ group, version, plural: names.plural })) as {
    items: KubeObject[]
  }
  const items = answer.items.map((item) => ({ ...item, apiVersion: `${group}/${version}`, kind: names.kind }))
  return {
    own: items.filter((item) => isInScope(scope, item)),
    others: items.filter((item) => !isInScope(scope, item)),
  }
}

/** Deletes the lab's objects of a kind. If their controller is gone and finalizers remain, the finalizers are removed too. */
export async function removeInstances(
  kube: KubeClient,
  definition: V1CustomResourceDefinition,
  scope: LabScope,
  log: (line: string) => void,
): Promise<void> {
  const { group, names } = definition.spec
  const list = async (): Promise<KubeObject[]> => (await instancesOf(kube, definition, scope)).own
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
  if (left.length > 0) log(`${left.length} ${names.plural}.${group} still have finalizers: removing these`)
  for (const { apiVersion, kind, metadata } of left) {
    const { name, namespace, uid } = metadata
    // With a UID in it, the patch cannot change another object of the same name.
    const bare = {
      ...{ apiVersion, kind },
      metadata: { name, ...(namespace ? { namespace } : {}), ...(uid ? { uid } : {}), finalizers: [] },
    }
    await kube.objects.patch(bare, undefined, undefined, undefined, undefined, clientLibrary().PatchStrategy.MergePatch)
  }
}

/**
 * The namespaces that the lab created, by their label. A name or UID in the notes is not enough: people can edit notes, and a
 * namespace without the label belongs to the user who removed the label.
 */
export async function labScopeOf(kube: KubeClient, notes: Notes): Promise<LabScope> {
  const { items } = await kube.core.listNamespace()
  const own = items.filter((one) => hasLabLabel(one, notes.lab))
  return { lab: notes.lab, namespaces: new Set(own.map(({ metadata }) => metadata?.name ?? '')) }
}
