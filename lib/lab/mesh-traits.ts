import type { MeshAspect } from '../record/facts.ts'

/**
 * What is known of a mesh before anything of it is installed: data, no functions. Faults, tools and the verdict ask these
 * traits, so that none of them knows a mesh by name.
 */
export interface MeshTraits {
  readonly name: string
  /** Null where there is no mesh. */
  readonly controlPlane: ControlPlane | null
  /** The proxy beside each pod that the mesh takes in. Null where the mesh puts no proxy beside a pod. */
  readonly proxy: Proxy | null
  /** Marks of a namespace whose pods get a proxy. */
  readonly takesIn: Marks
  /** Marks of a pod that gets no proxy: a Job with a proxy would never end. */
  readonly keepsOut: Marks
  /** Objects that the mesh puts into each namespace that it takes in. They are never backed up: the mesh makes them again. */
  readonly ownObjects: readonly OwnObject[]
  /** What the mesh lets others see of its proxies. The verdict leaves the rest out, and the report says so. */
  readonly offers: readonly MeshAspect[]
}

/** Labels and annotations. A mesh may read either. */
export interface Marks {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** The labels and annotations of an object, with those marks. */
export function withMarks<Metadata extends Marks>(metadata: Metadata, { labels, annotations }: Marks): Metadata {
  return {
    ...metadata,
    ...(labels === undefined ? {} : { labels: { ...metadata.labels, ...labels } }),
    ...(annotations === undefined ? {} : { annotations: { ...metadata.annotations, ...annotations } }),
  }
}

export interface ControlPlane {
  readonly namespace: string
  /** The name under which a cluster knows that the control plane is there, see `Cluster.has`. */
  readonly part: string
  /** Each Deployment or StatefulSet of the control plane. A fault that hits the control plane hits all of them. */
  readonly parts: readonly ControlPart[]
}

export interface ControlPart {
  /** Labels of its pods. */
  readonly labels: Readonly<Record<string, string>>
  /** The Service at which proxies reach it, with the ports that they use; null where proxies never ask it. */
  readonly service: { readonly name: string; readonly ports: readonly number[] } | null
}

export interface Proxy {
  /** The proxy's container. It may be an init container that stays (a native sidecar) or a container like any other. */
  readonly container: string
  /** The user that the proxy runs as. The mesh does not send this user's packets to the proxy again. */
  readonly user: { readonly name: string; readonly id: number }
  readonly ports: { readonly admin: number; readonly metrics: number }
}

/** Matches an object by its kind, and by its name or its labels; where both are given, one of them is enough. */
export interface OwnObject {
  readonly kind: string
  readonly name?: string
  readonly labels?: Readonly<Record<string, string>>
}

/** Whether the mesh put this object into its namespace. */
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
