import type { KubeClient } from '../../../kube/client.ts'
import { changeNotes, type Notes, type PartNote } from '../lease/notes.ts'
import { objectsOf } from './owned.ts'
import { ownerOf, partsOf } from './parts.ts'
import type { Plan } from './plan.ts'

/** The notes about the parts before the first installation. */
export function intentOf(plan: Plan, now: Notes | null): Pick<Notes, 'parts' | 'versions' | 'installed'> {
  const parts: Notes['parts'] = { ...now?.parts }
  for (const { name } of plan.found) parts[name] = { state: 'found' }
  for (const { name } of plan.install) parts[name] = { state: 'intended' }
  const again = plan.install.map(({ name }) => ownerOf(name).name)
  const installed = (now?.installed ?? []).filter((name) => !again.includes(name))
  return { parts, versions: plan.versions, installed }
}

/** Notes the objects that were created for a component's parts, with their UIDs. Errors: the notes are missing. */
export async function noteInstalled(kube: KubeClient, notes: Notes, name: string): Promise<Notes> {
  const made: Record<string, PartNote> = {}
  for (const part of partsOf(name)) {
    if (notes.parts[part.name]?.state === 'found') continue
    made[part.name] = { state: 'installed', objects: (await objectsOf(kube, part, notes.lab)).own }
  }
  return changeNotes(kube.config, (now) => {
    if (now?.lab !== notes.lab)
      throw new Error(
        `"${name}" was installed, but the notes of this lab are missing in the cluster. Next: npm run lab:down`,
      )
    return { ...now, parts: { ...now.parts, ...made }, installed: [...new Set([...now.installed, name])] }
  })
}
