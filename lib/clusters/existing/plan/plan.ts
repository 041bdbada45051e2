import type { KubeClient } from '../../../kube/client.ts'
import { isGroupOf } from '../../../kube/definitions.ts'
import type { KubeObject, ObjectReference } from '../../../kube/object.ts'
import { hasLabLabel } from '../../../kube/ownership.ts'
import { isDrillNamespace } from '../../../matrix/namespace.ts'
import { NAMESPACE } from '../lease/lease.ts'
import { NO_LAB } from '../lease/notes-format.ts'
import type { Notes, PartNote } from '../lease/notes.ts'
import type { NotedStore } from '../store.ts'
import { DEFINITION, nameOf, objectsOf } from './owned.ts'
import type { Part } from '../../../components/component.ts'
import { ownerOf } from './parts.ts'

/** Planned changes of a cluster. */
export interface Plan {
  install: Part[]
  /** Parts that an earlier run of this lab installed. */
  kept: Part[]
  /** Parts that were there before the lab. They are used unchanged. */
  found: Part[]
  /** Versions of the found components. */
  versions: Notes['versions']
  /** Obstacles, each with the next command. */
  conflicts: string[]
}

/** Finds every part in the cluster. `notes` are those of an earlier run; its parts are the lab's only if that is proven. */
export async function makePlan(kube: KubeClient, parts: readonly Part[], notes: Notes | null): Promise<Plan> {
  const plan: Plan = { install: [], kept: [], found: [], versions: { ...notes?.versions }, conflicts: [] }
  const labId = notes?.lab ?? NO_LAB
  for (const part of parts) {
    const mark = await kube.get<Marked>(part.mark)
    const { others } = await objectsOf(kube, part, labId)
    const note = notes?.parts[part.name] ?? { state: 'found' }
    if (note.state === 'found' && mark !== null) {
      plan.found.push(part)
      Object.assign(plan.versions, versionsOf(part, mark))
      const refusal = (await part.refuse?.(kube)) ?? null
      if (refusal !== null) plan.conflicts.push(refusal)
      continue
    }
    const strange = others.filter((other) => !isNoted(note, other))
    if (strange.length > 0) plan.conflicts.push(conflictOf(part, note, strange))
    else if (note.state === 'installed' && mark !== null && isComplete(part, notes)) plan.kept.push(part)
    else plan.install.push(part)
  }
  const namespaces = (await kube.core.listNamespace()).items
  const taken = namespaces.filter((one) => isDrillNamespace(one.metadata?.name ?? '') && !hasLabLabel(one, labId))
  if (taken.length > 0) {
    const names = taken.map(({ metadata }) => `"${metadata?.name ?? ''}"`).join(', ')
    plan.conflicts.push(
      `namespaces ${names} have names of drill namespaces, which drills delete. Next: rename or remove them`,
    )
  }
  return plan
}

const isComplete = ({ name }: Part, notes: Notes | null): boolean =>
  notes?.installed.includes(ownerOf(name).name) === true

/** True if the notes say that the lab created an object. An object that replaced it has another UID. */
const isNoted = (note: PartNote, { kind, metadata }: ObjectReference): boolean =>
  note.state === 'installed' && note.objects.some((one) => one.kind === kind && one.uid === metadata.uid)

function conflictOf(part: Part, { state }: PartNote, others: ObjectReference[]): string {
  const { kind, metadata } = part.mark
  const there = [
    ...part.groups
      .filter((end) => others.some((other) => isDefinitionOf(other, end)))
      .map((end) => `definitions of ${end}`),
    ...others
      .filter((other) => other.kind !== DEFINITION.kind)
      .map((other) => (other.kind === 'Namespace' ? `namespace "${other.metadata.name}"` : nameOf(other))),
  ].join(', ')
  if (state === 'found')
    return `${part.title} does not run as ${kind} "${metadata.name}" of namespace "${metadata.namespace ?? ''}", but there are ${there}. They could be yours. Next: remove them, or install ${part.title} there`
  const why = state === 'unproven' ? 'was noted by an older meshdrill' : 'was to be installed by an earlier run'
  return `${part.title} ${why}, and there are ${there}. They are not proven to be of that run, and were not changed. Next: npm run lab:down, which removes proven objects and lists the others`
}

const isDefinitionOf = ({ kind, metadata }: ObjectReference, end: string): boolean =>
  kind === DEFINITION.kind && isGroupOf(metadata.name.slice(metadata.name.indexOf('.') + 1), end)

interface Marked extends KubeObject {
  spec?: { template?: { spec?: { containers?: { image?: string }[] } } }
}

/** Versions of a component and its programs, from the image of its main part. */
function versionsOf({ name }: Part, mark: Marked): Notes['versions'] {
  const { name: component, title, partVersions } = ownerOf(name)
  if (component !== name) return {}
  const image = mark.spec?.template?.spec?.containers?.[0]?.image ?? ''
  const version = /:([^:@/]+)(?:@|$)/.exec(image)?.[1] ?? 'not known'
  const source = `was in the cluster, as ${image || 'an unknown image'}`
  const others = Object.keys(partVersions).map((other) => [other, { version: `of ${title} ${version}`, source }])
  return { [component]: { version, source }, ...(Object.fromEntries(others) as Notes['versions']) }
}

const storeLines = (store: NotedStore | null): string[] =>
  store === null
    ? ['  store: versitygw on this machine, removed at the end with its data']
    : [
        `  store: bucket "${store.bucket}" of ${store.url}`,
        `  will be written there, and deleted by drills and at the end: only objects with keys that begin with "${store.prefix}"`,
      ]

/** The plan as lines that the user reads before the confirmation. */
export function describePlan(
  plan: Plan,
  cluster: {
    context: string
    server: string
    uid: string
    kubernetes: string
    store: NotedStore | null
    images: string
  },
): string[] {
  const { context, server, uid, kubernetes, store, images } = cluster
  const where = (part: Part): string => `namespace ${part.namespaces.join(', ')}`
  const lines = [
    `context ${context}: ${server}, Kubernetes ${kubernetes}, kube-system ${uid}`,
    ...plan.found.map((part) => `  there already, used unchanged, and not removed: ${part.title}, ${where(part)}`),
    ...plan.kept.map((part) => `  of an earlier run, and removed at the end: ${part.title}, ${where(part)}`),
    ...plan.install.map((part) => {
      const kinds = part.groups.length === 0 ? '' : `, definitions of ${part.groups.join(', ')}`
      return `  will be installed, and removed at the end: ${part.title}, ${where(part)}${kinds}`
    }),
    `  will be created, and removed at the end: namespace ${NAMESPACE} (lease and notes), and one namespace for each drill, by its strategy and fault`,
    ...storeLines(store),
    `  charts and images: ${images}`,
  ]
  return lines
}
