import type { KubeClient } from '../../../kube/client.ts'
import { NAMESPACE } from '../lease/lease.ts'
import type { Notes } from '../lease/notes.ts'
import { nameOf, objectsOf } from '../plan/owned.ts'
import { partNamed } from '../plan/parts.ts'
import { deletionOf } from './removal.ts'

/** Objects of parts that notes of version 1 claim without proof. They stay. Returns one sentence for each part. */
export async function unprovenParts(kube: KubeClient, notes: Notes): Promise<string[]> {
  const parts = Object.entries(notes.parts).flatMap(([name, { state }]) =>
    state === 'unproven' ? (partNamed(name) ?? []) : [],
  )
  const lines: string[] = []
  for (const part of parts) {
    const { own, others } = await objectsOf(kube, part, notes.lab)
    if (own.length > 0 || others.length === 0) continue
    lines.push(
      `${part.title}: an older meshdrill noted that it would install it, and cannot prove that it did (${others.map(nameOf).join(', ')}). Next, if it is yours: kubectl -n ${NAMESPACE} delete configmap meshdrill. If not: ${others.map(deletionOf).join('; ')}`,
    )
  }
  return lines
}
