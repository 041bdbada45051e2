import type { Lab } from '../lab/lab.ts'
import type { MeshTraits } from '../lab/mesh-traits.ts'
import type { MeshState } from '../record/facts.ts'

/** A mesh in the index of components. The driver is loaded only by a run that drills with the mesh. */
export interface MeshEntry {
  readonly traits: MeshTraits
  readonly load: () => Promise<Mesh>
}

/** A service mesh, or the absence of one. */
export interface Mesh extends MeshTraits {
  /** Unmet needs, for which its drills are skipped with that reason. */
  requires(lab: Lab): Promise<string[]>
  /** Installs the mesh with strict mutual TLS and an ingress gateway, and resolves when it is ready. */
  install(lab: Lab): Promise<InstalledMesh>
  /** The mesh that `install` left in the cluster, in another process maybe; changes nothing. */
  attach(lab: Lab): Promise<InstalledMesh>
}

export interface InstalledMesh extends MeshTraits {
  readonly version: string
  /** The namespaces of the mesh's own pods. */
  readonly namespaces: readonly string[]
  /** Publishes a Service to clients outside of the mesh. */
  expose(service: ExposedService): Promise<Exposure>
  /**
   * The state of the proxies of a namespace's pods, as far as the mesh offers it. Hashes cover what must be the same after a
   * restore: addresses, versions and times are left out. Errors are in the state's `error`.
   */
  state(namespace: string): Promise<MeshState>
}

export interface ExposedService {
  namespace: string
  name: string
  port: number
}

export interface Exposure {
  /** Stays the same while the service is lost and restored. */
  readonly route: Route
  /** Takes away what publishes the Service and does not go with the Service's namespace. Can be called again. */
  readonly end: () => Promise<void>
}

export interface Route {
  /** URL of the gateway, as the machine that runs the drills reaches it. */
  url: string
  /** URL of the same gateway, as the cluster's own pods reach it. Absent where they cannot. */
  inside?: string
  /** Header that names the service at the gateway. */
  host: string
}
