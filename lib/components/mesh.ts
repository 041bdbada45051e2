import type { MeshState } from '../record/facts.ts'
import type { Lab } from '../lab/lab.ts'

/** A service mesh. */
export interface Mesh {
  readonly name: string
  requires(lab: Lab): Promise<string[]>
  /** Installs the mesh with strict mutual TLS and an ingress gateway, and resolves when it is ready. */
  install(lab: Lab): Promise<InstalledMesh>
  /** The mesh that `install` left in the cluster, in another process maybe; changes nothing. */
  attach(lab: Lab): Promise<InstalledMesh>
}

export interface InstalledMesh {
  readonly name: string
  readonly version: string
  /** Labels of a namespace whose pods get a proxy. */
  readonly namespaceLabels: Record<string, string>
  /** Where its own pods are. */
  readonly namespaces: readonly string[]
  /** Publishes a Service at the ingress gateway; returns the URL at which the machine that runs the drills reaches it. */
  expose(service: { namespace: string; name: string; port: number }): Promise<Route>
  /** The state of the proxies of a namespace's pods: configuration, identities, policies, metrics, access log. */
  state(namespace: string): Promise<MeshState>
}

export interface Route {
  url: string
  /** The same gateway as the cluster's own pods reach it; not there where none may. */
  inside?: string
  /** Header that names the service at the gateway. */
  host: string
}
