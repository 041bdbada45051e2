import type { KubeClient } from '../../../kube/client.ts'
import { hasLabLabel } from '../../../kube/ownership.ts'
import type { Notes } from '../lease/notes.ts'
import type { Estate } from './instances.ts'

/**
 * The namespaces that the lab made, by its label, which each of them got when it was made. Neither a name nor a UID in the notes
 * is enough: people can edit notes, and one who takes the label off a namespace makes it theirs.
 */
export async function estateOf(kube: KubeClient, notes: Notes): Promise<Estate> {
  const { items } = await kube.core.listNamespace()
  const own = items.filter((one) => hasLabLabel(one, notes.lab))
  return { lab: notes.lab, namespaces: new Set(own.map(({ metadata }) => metadata?.name ?? '')) }
}
