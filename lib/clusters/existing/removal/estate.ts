import type { KubeClient } from '../../../kube/client.ts'
import { hasLabLabel } from '../../../kube/ownership.ts'
import type { Notes } from '../lease/notes.ts'
import type { Estate } from './instances.ts'

/** The namespaces that the lab made: by their UID in the notes, or by the lab's label. Never by their name. */
export async function estateOf(kube: KubeClient, notes: Notes): Promise<Estate> {
  const uids = Object.values(notes.parts)
    .flatMap((note) => (note.state === 'installed' ? note.objects : []))
    .filter(({ kind }) => kind === 'Namespace')
    .map(({ uid }) => uid)
  const { items } = await kube.core.listNamespace()
  const own = items.filter((one) => hasLabLabel(one, notes.lab) || uids.includes(one.metadata?.uid ?? ''))
  return { lab: notes.lab, namespaces: new Set(own.map(({ metadata }) => metadata?.name ?? '')) }
}
