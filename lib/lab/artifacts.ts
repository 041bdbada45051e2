import type { KubeObject } from '../kube/object.ts'

/**
 * Sources of a cluster's components. Drivers use names. The cluster's provider decides whether an artifact is built on this machine
 * or comes from public registries.
 */
export interface Artifacts {
  /** Path of a program for this machine: `helm`, `velero`, `k6`. */
  binary(name: string): Promise<string>
  /** A Helm chart by `<project>/<chart>`, such as `istio/gateway`. */
  chart(name: string): Promise<Chart>
  /** Objects from a component's distribution, such as `k8up/crds`. */
  manifests(name: string): Promise<KubeObject[]>
  /** Reference of an image by `<project>/<image>`, such as `velero/velero`. */
  image(name: string): string
  /** Version and source of a component, such as `istio`. */
  component(name: string): { version: string; source: string }
  /** Why a component cannot be had from here, with the next command; null if it can. */
  obstacle(component: string): string | null
}

export interface Chart {
  /** Folder of the chart, or its name in a repository. */
  path: string
  /** Helm repository and version, for charts that are not a folder. */
  repository?: string
  version?: string
  /** Values that this provider needs, such as image references. A driver's values are merged over them. */
  values: Values
}

export interface Values {
  [key: string]: string | number | boolean | Values | (string | Values)[]
}

/** Merges `over` into `base` recursively. Values of `over` win. */
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
