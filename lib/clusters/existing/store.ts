import type { Store, StoreEndpoint } from '../../lab/cluster.ts'
import { labPrefix } from '../../store/endpoint.ts'

/** The user's bucket that a lab uses, from the lab's notes. The lab touches no other bucket. */
export interface NotedStore {
  /** URL without credentials. */
  url: string
  bucket: string
  /** Prefix of the lab's objects, with a slash at its end. */
  prefix: string
}

export const notedStore = (store: Store | null, labId: string): NotedStore | null =>
  store === null ? null : { url: plainUrl(store.url), bucket: store.bucket, prefix: labPrefix(labId) }

/**
 * The user's store with the lab's prefix; null for a store on this machine. Errors: the lab's notes name another store than the
 * user's options.
 */
export function storeOfLab(given: Store | null, noted: NotedStore | null): StoreEndpoint | null {
  if (given === null && noted === null) return null
  if (given !== null && noted !== null && isSame(given, noted)) return { ...given, prefix: noted.prefix }
  throw new Error(
    `Nothing was changed. The lab in the cluster keeps its objects in ${describeStore(noted)}, and MESHDRILL_S3_* name ${describeStore(given)}. Next: ${nextCommand(noted)}`,
  )
}

const isSame = (given: Store, noted: NotedStore): boolean =>
  plainUrl(given.url) === plainUrl(noted.url) && given.bucket === noted.bucket

const describeStore = (store: Pick<Store, 'url' | 'bucket'> | null): string =>
  store === null ? 'a store on the machine that created the lab' : `bucket "${store.bucket}" of ${plainUrl(store.url)}`

const nextCommand = (noted: NotedStore | null): string =>
  noted === null
    ? 'unset MESHDRILL_S3_URL, _REGION, _BUCKET, _ACCESS_KEY and _SECRET_KEY'
    : `set MESHDRILL_S3_URL=${noted.url} and MESHDRILL_S3_BUCKET=${noted.bucket}, with its region and keys`

/** A store's URL, normalised and without credentials, so that two spellings of one address are equal. */
export function plainUrl(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`.replace(/\/+$/, '')
}
