import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { Store, StoreEndpoint } from '../lab/cluster.ts'
import { protectSecret } from '../output/secrets.ts'
import { pending, waitFor } from '../system/wait.ts'
import { messageOf } from '../system/file-error.ts'

const PATTERN = /^meshdrill-[0-9a-f]{12}\/$/

/** Prefix of all keys that a lab writes. `labId` is a UUID. The slash at the end keeps it from matching another lab's keys. */
export const labPrefix = (labId: string): string => `meshdrill-${labId.replaceAll('-', '').slice(0, 12).toLowerCase()}/`

export const isLabPrefix = (text: string): boolean => PATTERN.test(text)

/** True if a key is in the folder that a prefix names. A prefix without a slash at its end matches no key. */
export const isBelow = (prefix: string, key: string): boolean => prefix.endsWith('/') && key.startsWith(prefix)

/** Errors: the key is not below the lab's prefix. Called before every request that changes an object. */
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

/** The only bucket of a store that meshdrill starts. */
export const BUCKET = 'backups'

type Keys = Pick<StoreEndpoint, 'accessKey' | 'secretKey'>

/** Random keys for a store that meshdrill starts. */
export function createKeys(): Keys {
  const secretKey = randomBytes(20).toString('hex')
  protectSecret(secretKey)
  return { accessKey: 'meshdrill', secretKey }
}

/** Access keys of this length or more are random, such as those of AWS. A shorter one is a name that other texts may contain. */
const RANDOM_ACCESS_KEY = 12

/** Keeps an endpoint's keys out of all errors, logs and reports of this run. Returns the endpoint. */
export function protectKeys<Endpoint extends Store>(endpoint: Endpoint): Endpoint {
  protectSecret(endpoint.secretKey)
  if (endpoint.accessKey.length >= RANDOM_ACCESS_KEY) protectSecret(endpoint.accessKey)
  return endpoint
}

/** Password of restic's repositories. It is the same in every run, because a kept lab has repositories of earlier runs. */
export function repositoryPassword({ secretKey }: StoreEndpoint): string {
  const password = createHmac('sha256', secretKey).update('repository').digest('hex')
  protectSecret(password)
  return password
}

/** URL of a store as this machine reaches it. */
export const urlHere = ({ url, here }: Pick<StoreEndpoint, 'url' | 'here'>): string => here ?? url

/** The endpoint of a store that meshdrill starts at `host:port`, with a new random prefix. */
export const endpointAt = (address: string, keys: Keys): StoreEndpoint => ({
  ...{ url: `http://${address}`, region: 'us-east-1', bucket: BUCKET, prefix: labPrefix(randomUUID()) },
  ...keys,
})

/** Resolves when a store answers. A refusal counts: the request is not signed. */
export async function waitForStore(url: string, hint: string): Promise<void> {
  await waitFor(
    `S3 store at ${url} answering`,
    async () => {
      try {
        await fetch(url, { signal: AbortSignal.timeout(1_000) })
        return true
      } catch (error) {
        return pending(messageOf(error))
      }
    },
    { timeout: '15s', every: '50ms', hint },
  )
}
