import type { StoreEndpoint } from '../lab/store.ts'

const PATTERN = /^meshdrill-[0-9a-f]{12}\/$/

/** Prefix of all keys that a lab writes. `labId` is a UUID. It ends with a slash, so that it never matches another lab's keys. */
export const labPrefix = (labId: string): string => `meshdrill-${labId.replaceAll('-', '').slice(0, 12).toLowerCase()}/`

export const isLabPrefix = (text: string): boolean => PATTERN.test(text)

/** Whether a key is below a prefix that names a folder. A prefix without a slash at its end would match its neighbours. */
export const isBelow = (prefix: string, key: string): boolean => prefix.endsWith('/') && key.startsWith(prefix)

/** Refuses a key that the lab did not write. Called before every request that changes an object. */
export function requireOwnKey({ bucket, prefix }: Pick<StoreEndpoint, 'bucket' | 'prefix'>, key: string): void {
  if (!isLabPrefix(prefix))
    throw new Error(
      `Nothing was changed in bucket "${bucket}": "${prefix}" is not the prefix of a lab, which looks like meshdrill-0123456789ab/. Next: npm run lab:down`,
    )
  if (!isBelow(prefix, key))
    throw new Error(
      `Object "${key}" of bucket "${bucket}" was not changed: it is not below "${prefix}", where this lab keeps its objects`,
    )
}
