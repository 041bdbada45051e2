import { mergeNamed } from '../system/merge-named.ts'
import type { Component, Versions } from './component.ts'
import { components } from './index.ts'

/** Versions of components and of their parts, by name. Components without a version, such as "none", are left out. */
export function versionsOf(list: readonly Component[] = components): Record<string, Versions> {
  const own = list.map(({ name, version, partVersions }) => ({ [name]: version, ...partVersions }))
  const merged = mergeNamed('versions', own)
  return Object.fromEntries(
    Object.entries(merged).filter(([, { published, built }]) => published !== null || built !== null),
  )
}
