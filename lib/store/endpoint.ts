import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { Store, StoreEndpoint } from '../lab/store.ts'
import { protectSecret } from '../output/secrets.ts'
import { labPrefix } from './prefix.ts'

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
