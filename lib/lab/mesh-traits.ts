import type { MeshAspect } from '../record/facts.ts'

/**
 * Facts about a mesh that are known before its installation: data, no functions. Faults, tools and the verdict use these traits,
 * so that none of them depends on the name of a mesh.
 */
export interface MeshTraits {
  readonly name: string
  /** Null if there is no control plane. */
  readonly controlPlane: ControlPlane | null
  /** The sidecar proxy of each pod in the mesh. Null if the mesh uses no sidecars. */
  readonly proxy: Proxy | null
  /** Marks of a namespace in the mesh: its pods get a proxy. */
  readonly takesIn: Marks
  /** Marks of a pod that gets no proxy. A Job with a proxy would never end. */
  readonly keepsOut: Marks
  /** Objects that the mesh creates in each of its namespaces. They are never backed up, because the mesh creates them again. */
  readonly ownObjects: readonly OwnObject[]
  /** Aspects of proxies that the mesh lets others see. The verdict leaves out the others, and the report says so. */
  readonly offers: readonly MeshAspect[]
}

/** Labels and annotations. A mesh may read either. */
export interface Marks {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** Metadata of an object with additional marks. */
export function withMarks<Metadata extends Marks>(metadata: Metadata, { labels, annotations }: Marks): Metadata {
  return {
    ...metadata,
    ...(labels === undefined ? {} : { labels: { ...metadata.labels, ...labels } }),
    ...(annotations === undefined ? {} : { annotations: { ...metadata.annotations, ...annotations } }),
  }
}

export interface ControlPlane {
  readonly namespace: string
  /** The control plane's name for `Cluster.has`. */
  readonly part: string
  /** Each Deployment or StatefulSet of the control plane. A fault that hits the control plane hits all of them. */
  readonly parts: readonly ControlPart[]
}

export interface ControlPart {
  /** Labels of its pods. */
  readonly labels: Readonly<Record<string, string>>
  /** The Service and the ports that proxies use; null if proxies never use this part. */
  readonly service: { readonly name: string; readonly ports: readonly number[] } | null
}

export interface Proxy {
  /** Name of the proxy's container. It may be an init container (a native sidecar) or a normal container. */
  readonly container: string
  /** The user that the proxy runs as. The mesh does not send this user's packets to the proxy again. */
  readonly user: { readonly name: string; readonly id: number }
  readonly ports: { readonly admin: number; readonly metrics: number }
}

/** Matches an object by its kind, and by its name or its labels. If both are given, one of them must match. */
export interface OwnObject {
  readonly kind: string
  readonly name?: string
  readonly labels?: Readonly<Record<string, string>>
}

/** True if the mesh created this object. */
export const isMeshObject = (
  { ownObjects }: Pick<MeshTraits, 'ownObjects'>,
  { kind, metadata }: { kind: string; metadata: { name: string; labels?: Record<string, string> } },
): boolean =>
  ownObjects.some((own) => {
    if (own.kind !== kind) return false
    if (own.name === metadata.name) return true
    const labels = Object.entries(own.labels ?? {})
    return labels.length > 0 && labels.every(([key, value]) => metadata.labels?.[key] === value)
  })
