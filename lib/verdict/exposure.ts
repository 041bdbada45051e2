import type { FactOf } from './evidence.ts'
import type { DrillResult, Exposure } from './result.ts'
import { EXPOSURES } from './schema/result.ts'

/** What the backups of a drill show to somebody who can read the store. Empty if no object was searched. */
export function readExposure(searched: FactOf<'backup.searched'> | undefined) {
  if (searched === undefined || searched.objects === 0) return {}
  const { data, secrets, keyIsPublished } = searched
  return { exposure: { data: nameExposure(data, keyIsPublished), secrets: nameExposure(secrets, false) } }
}

function nameExposure(isFound: boolean | null, keyIsPublished: boolean): Exposure | null {
  if (isFound === null) return null
  if (isFound) return 'readable'
  return keyIsPublished ? 'published key' : 'not readable'
}

/** The worst of what the drills of a strategy show. Null if no drill searched the store. */
export function worstExposure(drills: readonly DrillResult[]) {
  const seen = drills.flatMap(({ backup }) => backup?.exposure ?? [])
  if (seen.length === 0) return null
  return { data: worst(seen.map(({ data }) => data)), secrets: worst(seen.map(({ secrets }) => secrets)) }
}

const worst = (seen: (Exposure | null)[]): Exposure | null =>
  EXPOSURES.findLast((exposure) => seen.includes(exposure)) ?? null
