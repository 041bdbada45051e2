import type { Lab } from '../lab/lab.ts'
import type { MeshTraits } from '../lab/mesh-traits.ts'
import type { MeshState } from '../record/facts.ts'

/** A mesh in the index of components. The driver is loaded only by a run that drills with the mesh. */
export interface MeshEntry {
  readonly traits: MeshTraits
  readonly load: () => Promise<Mesh>
}

/** A service mesh, or `none`. */
export interface Mesh extends MeshTraits {
  /** Unmet requirements. Its drills are skipped with these reasons. */
  requires(lab: Lab): Promise<string[]>
  /** Installs the mesh with strict mutual TLS and an ingress gateway, and resolves when it is ready. */
  install(lab: Lab): Promise<InstalledMesh>
  /** Returns the mesh that `install` left in the cluster, also from another process. Changes nothing. */
  attach(lab: Lab): Promise<InstalledMesh>
}

export interface InstalledMesh extends MeshTraits {
  readonly version: string
  /** The namespaces of the mesh's own pods. */
  readonly namespaces: readonly string[]
  /** Publishes a Service to clients outside the mesh. */
  expose(service: ExposedService): Promise<Exposure>
  /**
   * Reads the state of the proxies of a namespace, as far as the mesh offers it. Its hashes must be equal before and after a
   * restore, so they leave out addresses, versions and times. Errors are in the state's `error`.
   */
  state(namespace: string): Promise<MeshState>
}

export interface ExposedService {
  namespace: string
  name: string
  port: number
}

export interface Exposure {
  /** It stays the same while the service is lost and restored. */
  readonly route: Route
  /** The call on this route that a policy in force denies. Null if the mesh offers no policies. */
  readonly denied: DeniedCall | null
  /** Removes the objects outside the Service's namespace that publish it. Can be called again. */
  readonly end: () => Promise<void>
}

/** A call that a policy of the mesh denies to everyone. Without its header the same call is served. */
export interface DeniedCall {
  header: { name: string; value: string }
  /** Status of the mesh's answer to it. */
  status: number
}

export interface Route {
  /** URL of the gateway for the machine that runs the drills. */
  url: string
  /** URL of the same gateway for pods of the cluster. Absent if they cannot reach it. */
  inside?: string
  /** Host header that selects the service at the gateway. */
  host: string
}
