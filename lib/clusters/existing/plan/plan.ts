import { ApiextensionsV1Api } from '@kubernetes/client-node'
import type { KubeClient } from '../../../kube/client.ts'
import type { KubeObject } from '../../../kube/object.ts'
import { faults, strategies } from '../../../matrix.ts'
import { NAMESPACE } from '../lease/lease.ts'
import type { Notes } from '../lease/notes.ts'
import type { NotedStore } from '../store.ts'
import { labName, type Part } from './parts.ts'

/** What will be done to a cluster, before anything is. */
export interface Plan {
  install: Part[]
  /** Ours, of an earlier run. */
  kept: Part[]
  /** Used as they are. */
  found: Part[]
  /** Versions of those found, by component. */
  versions: Notes['versions']
  /** What stands in the way, each with the next command. */
  conflicts: string[]
}

/** Looks for every part. `notes` are those of an earlier run of ours, whose parts and namespaces are ours. */
export async function makePlan(kube: KubeClient, parts: Part[], notes: Notes | null): Promise<Plan> {
  const kept = parts.filter(({ name }) => notes?.parts[name] === 'ours' && notes.installed.includes(labName(name)))
  const plan: Plan = { install: [], kept, found: [], versions: { ...notes?.versions }, conflicts: [] }
  const definitions = await kube.config.makeApiClient(ApiextensionsV1Api).listCustomResourceDefinition()
  const groups = definitions.items.map((definition) => definition.spec.group)
  const namespaces = (await kube.core.listNamespace()).items.map(({ metadata }) => metadata?.name ?? '')
  for (const part of parts) {
    if (notes?.parts[part.name] === 'ours') {
      if (!kept.includes(part)) plan.install.push(part)
      continue
    }
    const mark = await kube.get<Marked>(part.mark)
    const left = [
      ...part.namespaces.filter((name) => namespaces.includes(name)).map((name) => `namespace "${name}"`),
      ...part.groups.filter((end) => groups.some((group) => isOf(group, end))).map((end) => `definitions of ${end}`),
    ]
    if (mark !== null) {
      plan.found.push(part)
      Object.assign(plan.versions, versionsOf(part, mark))
      const refusal = (await part.refuse?.(kube)) ?? null
      if (refusal !== null) plan.conflicts.push(refusal)
    } else if (left.length > 0) {
      plan.conflicts.push(
        `${part.name} does not run where it is looked for (${part.mark.kind} "${part.mark.metadata.name}" in "${part.mark.metadata.namespace ?? ''}"), but there are ${left.join(', ')}: what is of it could not be told from what is yours. Next: remove what is left of it, or install it there`,
      )
    } else plan.install.push(part)
  }
  const taken = notes === null ? namespaces.filter(isDrillNamespace) : []
  if (taken.length > 0) {
    plan.conflicts.push(
      `namespaces ${taken.map((name) => `"${name}"`).join(', ')} bear the names of drills, which delete theirs. Next: rename or remove them`,
    )
  }
  return plan
}

export const isOf = (group: string, end: string): boolean => group === end || group.endsWith(`.${end}`)

/** Drills name their namespaces by strategy and fault. */
export function isDrillNamespace(name: string): boolean {
  const methods = Object.keys(strategies).map((strategy) => strategy.split('/')[1] ?? '')
  return Object.keys(faults).some((fault) =>
    methods.some((method) => name === `${method}-${fault}` || name.startsWith(`${method}-${fault}-`)),
  )
}

interface Marked extends KubeObject {
  spec?: { template?: { spec?: { containers?: { image?: string }[] } } }
}

function versionsOf({ component }: Part, mark: Marked): Notes['versions'] {
  const image = mark.spec?.template?.spec?.containers?.[0]?.image ?? ''
  const version = /:([^:@/]+)(?:@|$)/.exec(image)?.[1] ?? 'not known'
  const source = `was in the cluster, as ${image || 'an image that is not known'}`
  // Whoever injects the proxies says which they are.
  const proxy = component === 'istio' ? { envoy: { version: `of Istio ${version}`, source } } : {}
  return { [component]: { version, source }, ...proxy }
}

const storeLines = (store: NotedStore | null): string[] =>
  store === null
    ? ['  store: versitygw on this machine, removed at the end with all that it holds']
    : [
        `  store: bucket "${store.bucket}" of ${store.url}`,
        `  will be written there, and deleted by drills and at the end: objects whose keys begin with "${store.prefix}", and no others`,
      ]

/** The plan in lines, for people to read before they confirm it. */
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
    ...plan.found.map((part) => `  there already, used as it is and left: ${part.name}, ${where(part)}`),
    ...plan.kept.map((part) => `  of an earlier run, and removed at the end: ${part.name}, ${where(part)}`),
    ...plan.install.map((part) => {
      const kinds = part.groups.length === 0 ? '' : `, definitions of ${part.groups.join(', ')}`
      return `  will be installed, and removed at the end: ${part.name}, ${where(part)}${kinds}`
    }),
    `  will be made, and removed at the end: namespace ${NAMESPACE} (lease and notes), and one namespace for each drill, by its strategy and fault`,
    ...storeLines(store),
    `  charts and images: ${images}`,
  ]
  return lines
}
