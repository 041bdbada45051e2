import type { KubeClient } from '../kube/client.ts'
import type { PodSecurity } from '../lab/namespaces.ts'
import type { ObjectReference } from '../kube/object.ts'
import type { Built, GoModule } from '../lab/built.ts'
import type { Published } from '../lab/published.ts'
import type { MeshEntry } from './mesh.ts'
import type { Tool } from './strategy.ts'

/**
 * Description of one component of a lab: its sources, its objects in a cluster, and the rights that it needs. No field is
 * optional, so a new component must fill in each of them.
 */
export type Component = {
  /** Key in code, in notes and in results. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** The runs that need it. `choice`: runs with this tool or mesh. `provider`: runs on a provider that installs it. */
  readonly neededBy: 'choice' | 'every run' | 'load pods' | 'provider'
  readonly version: Versions
  /** Versions of its programs that the report also shows, by name. */
  readonly partVersions: Readonly<Record<string, Versions>>
  /** Artifacts from public registries; null if there are none. */
  readonly published: Published | null
  /** Artifacts that the embedded toolchain builds; null if there are none. */
  readonly built: Built | null
} & Role &
  Presence

/** Purpose of a component. A backup tool has strategies, a mesh has traits. */
type Role =
  | { readonly kind: 'tool'; readonly tool: Tool }
  | { readonly kind: 'mesh'; readonly mesh: MeshEntry }
  | { readonly kind: 'faults' | 'load' | 'store' | 'storage' | 'image' }

/** Parts of a component in a cluster, outside the namespaces of drills, and the rights that they need. */
type Presence =
  | {
      readonly presence: readonly [Part, ...Part[]]
      readonly rights: readonly [Use, ...Use[]]
    }
  | {
      /** The reason why it has no part in a user's cluster. */
      readonly presence: { readonly none: string }
      readonly rights: readonly Use[]
    }

/** Versions of a component from public registries and from the embedded toolchain. */
export interface Versions {
  /** `machineOwn`: drills may run the program from PATH instead, with an unknown version. */
  readonly published: { readonly version: string; readonly source: string; readonly machineOwn?: true } | null
  readonly built: { readonly version: string; readonly source: string; readonly release?: string } | null
  /** Why the two differ; null if they are equal, or if there is only one. A test compares them. */
  readonly differs: string | null
}

/** The version of programs that are built from a Go module. */
export const fromModule = ({ path, version }: GoModule) => ({ version, source: `built from the Go module ${path}` })

/** A part of a component that is found, installed and removed as a whole. */
export interface Part {
  /** Key in the notes of a lab. The main part of a component has the component's name. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** The part exists if this object exists. Its version is the tag of the first container's image, if it has one. */
  readonly mark: ObjectReference
  /** Its own namespaces, and the Pod Security level that its pods need. */
  readonly namespaces: readonly string[]
  readonly podSecurity: PodSecurity
  /** Suffixes of the API groups that it defines. */
  readonly groups: readonly string[]
  readonly releases: readonly { readonly name: string; readonly namespace: string }[]
  /** Objects outside its namespaces that no Helm release removes. */
  readonly objects: readonly ObjectReference[]
  /** Images that nodes need, by their names among the artifacts. */
  readonly images: readonly string[]
  /** Says why an existing installation cannot be used; null if it can. The field is null if any can be used. */
  readonly refuse: ((kube: KubeClient) => Promise<string | null>) | null
  /**
   * Called before the part is removed. Finds its objects in other namespaces, and returns a function that removes them afterwards.
   * Null if it creates none.
   */
  readonly collectTraces: ((kube: KubeClient) => Promise<() => Promise<void>>) | null
}

/** A right to a resource. An empty group is the core group. A subresource is part of the name: `pods/exec`. */
export interface Use {
  readonly resource: string
  readonly group: string
  readonly verbs: readonly string[]
  /** Only needed in a cluster with volume snapshots. */
  readonly onlyWithSnapshots?: true
}

export const READ = ['get', 'list'] as const
export const KEEP = ['get', 'list', 'create', 'patch', 'delete'] as const

type Uses<Names extends readonly string[]> = { readonly [Index in keyof Names]: Use }

/** The same rights to several resources of a group. */
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
