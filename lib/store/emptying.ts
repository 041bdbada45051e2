import type { StoreEndpoint } from '../lab/cluster.ts'
import { messageOf } from '../system/file-error.ts'
import { NotAListing, type StoredVersion } from './answers.ts'
import { openBucket, StoreRefusal, type Bucket } from './s3.ts'

/** Requests to the store at a time. */
const AT_ONCE = 8

/** The result of emptying a bucket of a lab's objects. `left`: why each object that is still there was not deleted. */
export interface Emptied {
  deleted: number
  left: string[]
}

/**
 * Deletes all objects below the lab's prefix, in a bucket with versions all of their versions. Errors: the bucket cannot be
 * listed.
 */
export async function deleteLabObjects(store: StoreEndpoint): Promise<Emptied> {
  const bucket = openBucket(store)
  const left: string[] = []
  const removeAll = async (entries: { key: string; versionId?: string }[]): Promise<void> => {
    for (let index = 0; index < entries.length; index += AT_ONCE) {
      const some = entries.slice(index, index + AT_ONCE)
      const results = await Promise.allSettled(some.map(({ key, versionId }) => bucket.delete(key, versionId)))
      for (const result of results) if (result.status === 'rejected') left.push(messageOf(result.reason))
    }
  }
  const objects = await bucket.list(store.prefix)
  await removeAll(objects.map(({ key }) => ({ key })))
  const deleted = objects.length - left.length
  await removeAll(await versionsOf(bucket, store.prefix))
  return { deleted, left }
}

/** What deletions leave in a bucket with versions. Nothing is left where a store has no versions, or shows none to these keys. */
async function versionsOf(bucket: Bucket, prefix: string): Promise<StoredVersion[]> {
  try {
    return await bucket.versions(prefix)
  } catch (error) {
    if (error instanceof StoreRefusal || error instanceof NotAListing) return []
    throw error
  }
}
