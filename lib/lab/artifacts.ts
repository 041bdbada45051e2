import type { KubeObject } from '../kube/object.ts'

/**
 * Where a cluster's components come from. A driver names a component; the cluster's provider knows whether it was built on
 * this machine or comes from the public registries.
 */
export interface Artifacts {
  /** Path of a program that runs on the drills' machine: `helm`, `velero`, `k6`. */
  binary(name: string): Promise<string>
  /** A Helm chart by `<project>/<chart>`, such as `istio/gateway`. */
  chart(name: string): Promise<Chart>
  /** The objects that a component's own distribution brings, such as `k8up/crds`. */
  manifests(name: string): Promise<KubeObject[]>
  /** Reference of an image by `<project>/<image>`, such as `velero/velero`. */
  image(name: string): string
  /** Version of a component, such as `istio`, and where it comes from. */
  component(name: string): { version: string; source: string }
}

export interface Chart {
  /** Folder of the chart, or its name in a repository. */
  path: string
  /** The Helm repository and the chart's version in it; for charts that are not a folder. */
  repository?: string
  version?: string
  /** What this provider needs set: image references, and what its builds lack. A driver's own values are merged over them. */
  values: Values
}

export interface Values {
  [key: string]: string | number | boolean | Values | (string | Values)[]
}

/** Values of `over` laid over `base`, folder by folder. */
export function mergeValues(base: Values, over: Values): Values {
  const merged: Values = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    merged[key] = isValues(below) && isValues(value) ? mergeValues(below, value) : value
  }
  return merged
}

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
