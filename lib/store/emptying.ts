import type { StoreEndpoint } from '../lab/store.ts'
import { messageOf } from '../system/message-of.ts'
import { openBucket } from './s3.ts'

/** Requests to the store at a time. */
const AT_ONCE = 8

/** What became of a lab's objects in a bucket: how many were deleted, and why each of the others was left. */
export interface Emptied {
  deleted: number
  left: string[]
}

/** Deletes all objects below the lab's prefix. Errors: the bucket cannot be listed. */
export async function deleteLabObjects(store: StoreEndpoint): Promise<Emptied> {
  const bucket = openBucket(store)
  const keys = (await bucket.list(store.prefix)).map(({ key }) => key)
  const left: string[] = []
  const remove = async (key: string): Promise<void> => {
    await bucket.delete(key).catch((error: unknown) => left.push(messageOf(error)))
  }
  for (let index = 0; index < keys.length; index += AT_ONCE)
    await Promise.all(keys.slice(index, index + AT_ONCE).map(remove))
  return { deleted: keys.length - left.length, left }
}
