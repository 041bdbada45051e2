import type { KubeClient } from '../../../kube/client.ts'
import { hasLabLabel } from '../../../kube/ownership.ts'
import type { Notes } from '../lease/notes.ts'
import type { Estate } from './instances.ts'

/**
 * The namespaces that the lab created, by the label that each got on creation. A name or UID in the notes is not enough: people
 * can edit notes, and a user who removes the label from a namespace takes it over.
 */
export async function estateOf(kube: KubeClient, notes: Notes): Promise<Estate> {
  const { items } = await kube.core.listNamespace()
  const own = items.filter((one) => hasLabLabel(one, notes.lab))
  return { lab: notes.lab, namespaces: new Set(own.map(({ metadata }) => metadata?.name ?? '')) }
}
