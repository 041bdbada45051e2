import type { KubeClient } from '../kube/client.ts'
import type { PodSecurity } from '../lab/namespaces.ts'
import type { ObjectReference } from '../kube/object.ts'
import type { Built, GoModule } from '../lab/built.ts'
import type { Published } from '../lab/published.ts'
import type { MeshEntry } from './mesh.ts'
import type { Tool } from './strategy.ts'

/**
 * Everything that is known of one component of a lab, as data: where it comes from, what of it stands in a cluster, and what
 * a user must allow. No field has a default, so that a new component answers every question.
 */
export type Component = {
  /** Key, everywhere: in code, in notes and in results. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** Which runs need it: those that choose it, all of them, those with the load in pods, or those whose provider installs it. */
  readonly neededBy: 'choice' | 'every run' | 'load pods' | 'provider'
  readonly version: Versions
  /** Versions of programs that are parts of it and are worth a line in a report, by name. */
  readonly partVersions: Readonly<Record<string, Versions>>
  /** Null: nothing of it is published. */
  readonly published: Published | null
  /** Null: the toolchain makes nothing of it. */
  readonly built: Built | null
} & Role &
  Standing

/** What a component is for. A backup tool names its strategies, a mesh its traits. */
type Role =
  | { readonly kind: 'tool'; readonly tool: Tool }
  | { readonly kind: 'mesh'; readonly mesh: MeshEntry }
  | { readonly kind: 'faults' | 'load' | 'store' | 'storage' | 'image' }

/** What of a component stands in a cluster outside the namespaces of drills, and what a user must allow for it. */
type Standing =
  | {
      readonly presence: readonly [Part, ...Part[]]
      readonly rights: readonly [Use, ...Use[]]
    }
  | {
      /** Nothing of it stands in a cluster of a user's; `reason` says why. */
      readonly presence: { readonly none: string }
      readonly rights: readonly Use[]
    }

/** The versions of a component from public registries and from this machine's toolchain. */
export interface Versions {
  /** `machineOwn`: drills may run the program in PATH instead, whose version is not known. */
  readonly published: { readonly version: string; readonly source: string; readonly machineOwn?: true } | null
  readonly built: { readonly version: string; readonly source: string; readonly release?: string } | null
  /** Why the two are not the same; null if they are the same, or if there is only one. A test compares them. */
  readonly differs: string | null
}

/** The version of what is built from a Go module. */
export const fromModule = ({ path, version }: GoModule) => ({ version, source: `built from the Go module ${path}` })

/** A part of a component that is found, installed and removed as a whole. */
export interface Part {
  /** Key in the notes of a lab. The main part of a component has the component's name. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** The part is there if this object is. Its version is the tag of the first container's image, if it has one. */
  readonly mark: ObjectReference
  /** Its own namespaces, and what its pods need of them. */
  readonly namespaces: readonly string[]
  readonly podSecurity: PodSecurity
  /** Ends of the API groups whose definitions are its own. */
  readonly groups: readonly string[]
  readonly releases: readonly { readonly name: string; readonly namespace: string }[]
  /** Objects outside its namespaces that no release removes. */
  readonly objects: readonly ObjectReference[]
  /** Images of it that nodes need, by their names among the artifacts. */
  readonly images: readonly string[]
  /** Why one that is already there cannot be used; null if it can. The field is null if any can be used. */
  readonly refuse: ((kube: KubeClient) => Promise<string | null>) | null
  /**
   * Reads, before the part is removed, what it spread over namespaces of others. Returns what removes that afterwards. Null if it
   * spreads nothing.
   */
  readonly collectTraces: ((kube: KubeClient) => Promise<() => Promise<void>>) | null
}

/** What is done with a resource, of the core group if it is empty. A subresource is part of the name: `pods/exec`. */
export interface Use {
  readonly resource: string
  readonly group: string
  readonly verbs: readonly string[]
  /** Only in a cluster whose volumes can be snapshotted. */
  readonly onlyWithSnapshots?: true
}

export const READ = ['get', 'list'] as const
export const KEEP = ['get', 'list', 'create', 'patch', 'delete'] as const

type Uses<Names extends readonly string[]> = { readonly [Index in keyof Names]: Use }

/** The same uses of several resources of a group. */
export const uses = <const Names extends readonly string[]>(
  group: string,
  resources: Names,
  verbs: readonly string[],
): Uses<Names> => resources.map((resource) => ({ group, resource, verbs })) as unknown as Uses<Names>

export const deployment = (namespace: string, name: string): ObjectReference => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
})

export const clusterRbac = (kind: 'ClusterRole' | 'ClusterRoleBinding', name: string): ObjectReference => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  metadata: { name },
})
