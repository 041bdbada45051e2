import type { StoreEndpoint } from '../lab/cluster.ts'
import { messageOf } from '../system/file-error.ts'
import { NotAListing, type StoredVersion } from './answers.ts'
import { openBucket, StoreRefusal, type Bucket } from './s3.ts'

/** Maximum number of concurrent requests to the store. */
const CONCURRENT_REQUESTS = 8

/** The result of emptying a bucket of a lab's objects. `left`: why each object that is still there was not deleted. */
export interface Emptied {
  deleted: number
  left: string[]
}

/**
 * Deletes all objects below the lab's prefix, with all their versions. Errors: the bucket cannot be listed.
 */
export async function deleteLabObjects(store: StoreEndpoint): Promise<Emptied> {
  const bucket = openBucket(store)
  const left: string[] = []
  const removeAll = async (entries: { key: string; versionId?: string }[]): Promise<void> => {
    for (let index = 0; index < entries.length; index += CONCURRENT_REQUESTS) {
      const some = entries.slice(index, index + CONCURRENT_REQUESTS)
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

/** Versions and deletion markers of the objects. Empty if the store has no versions or does not list them for these keys. */
async function versionsOf(bucket: Bucket, prefix: string): Promise<StoredVersion[]> {
  try {
    return await bucket.versions(prefix)
  } catch (error) {
    if (error instanceof StoreRefusal || error instanceof NotAListing) return []
    throw error
  }
}
