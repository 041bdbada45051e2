import type { Component } from './component.ts'
import { components } from './index.ts'

/**
 * Why this machine's toolchain cannot bring a component; null if it can, or if the component needs nothing. Only public
 * registries have such a component.
 */
export function findBuildObstacle(name: string): string | null {
  const found = (components as readonly Component[]).find((component) => component.name === name)
  // Undefined: there is no such component.
  if (found?.built !== null || found.published === null) return null
  return (
    `${found.title} comes from public registries only, and this cluster has what its machine builds. ` +
    'Next: MESHDRILL_CLUSTER=kind or existing, with MESHDRILL_ARTIFACTS=public'
  )
}
