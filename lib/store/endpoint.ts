import { randomBytes } from 'node:crypto'
import type { StoreEndpoint } from '../lab.ts'

/** The one bucket of a store of our own. */
export const BUCKET = 'backups'

type Keys = Pick<StoreEndpoint, 'accessKey' | 'secretKey'>

/** Keys to a store of our own, which nobody else has. */
export const drawKeys = (): Keys => ({ accessKey: 'meshdrill', secretKey: randomBytes(20).toString('hex') })

/** URL of a store as this machine reaches it. */
export const urlHere = ({ url, here }: StoreEndpoint): string => here ?? url

/** A store of our own at `host:port`. */
export const endpointAt = (address: string, keys: Keys): StoreEndpoint => ({
  ...{ url: `http://${address}`, region: 'us-east-1', bucket: BUCKET },
  ...keys,
})
