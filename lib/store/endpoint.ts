import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { Store, StoreEndpoint } from '../lab/cluster.ts'
import { protectSecret } from '../output/secrets.ts'
import { pending, waitFor } from '../system/wait.ts'
import { messageOf } from '../system/file-error.ts'

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

/** The one bucket of a store of our own. */
export const BUCKET = 'backups'

type Keys = Pick<StoreEndpoint, 'accessKey' | 'secretKey'>

/** Keys to a store of our own, which nobody else has. */
export function drawKeys(): Keys {
  const secretKey = randomBytes(20).toString('hex')
  protectSecret(secretKey)
  return { accessKey: 'meshdrill', secretKey }
}

/** An access key of this length is a random one, such as AWS makes. A shorter one is a name, which other texts contain too. */
const RANDOM_ACCESS_KEY = 12

/** The same endpoint, whose keys no error, log or report of this process shows from now on. */
export function protectKeys<Endpoint extends Store>(endpoint: Endpoint): Endpoint {
  protectSecret(endpoint.secretKey)
  if (endpoint.accessKey.length >= RANDOM_ACCESS_KEY) protectSecret(endpoint.accessKey)
  return endpoint
}

/** Password of restic's repositories. It is the same in every process: a lab that is kept has repositories of earlier runs. */
export function repositoryPassword({ secretKey }: StoreEndpoint): string {
  const password = createHmac('sha256', secretKey).update('repository').digest('hex')
  protectSecret(password)
  return password
}

/** URL of a store as this machine reaches it. */
export const urlHere = ({ url, here }: Pick<StoreEndpoint, 'url' | 'here'>): string => here ?? url

/** A store of our own at `host:port`. Its prefix is drawn, and stays with the endpoint that is written down. */
export const endpointAt = (address: string, keys: Keys): StoreEndpoint => ({
  ...{ url: `http://${address}`, region: 'us-east-1', bucket: BUCKET, prefix: labPrefix(randomUUID()) },
  ...keys,
})

/** Resolves when a store answers. Any answer will do: an unsigned request is refused, by a store that works. */
export async function answering(url: string, hint: string): Promise<void> {
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
