import type { Versions } from '../components/component.ts'
import { versionsOf } from '../components/versions.ts'
import { mergeNamed } from '../system/merge-named.ts'
import { providerVersions } from './kubernetes.ts'

/** Versions of everything that a lab is made from, by name. */
export const allVersions: Readonly<Record<string, Versions>> = mergeNamed<Versions>('versions', [
  versionsOf(),
  providerVersions,
])

/** A component whose version depends on whether it is built here or comes from public registries. */
export interface VersionDifference {
  name: string
  published: string
  built: string
  reason: string
}

/** Components whose two versions differ, with the reason. Figures of runs with different versions must not be compared blindly. */
export function versionDifferences(versions: Readonly<Record<string, Versions>> = allVersions): VersionDifference[] {
  return Object.entries(versions).flatMap(([name, { published, built, differs }]) =>
    published === null || built === null || isSameVersion(published.version, built.version)
      ? []
      : [{ name, published: published.version, built: built.version, reason: differs ?? '' }],
  )
}

/** Tags of images often leave out the "v" of a release. */
export const isSameVersion = (one: string, other: string): boolean => one.replace(/^v/, '') === other.replace(/^v/, '')

/** What a run with the other kind of artifacts has in place of a component; null if it has the same, or if there is no other. */
export function otherVersionOf(
  name: string,
  { version, source }: { version: string; source: string },
): { version: string; reason: string } | null {
  const known = allVersions[name]
  const difference = versionDifferences().find((one) => one.name === name)
  if (known === undefined || difference === undefined) return null
  const isOf = (one: Versions['published'] | Versions['built']): boolean =>
    one !== null && isSameVersion(one.version, version) && (name === 'kubernetes' || one.source === source)
  if (isOf(known.built)) return { version: difference.published, reason: difference.reason }
  if (isOf(known.published)) return { version: difference.built, reason: difference.reason }
  return null
}
