import type { Store, StoreEndpoint } from '../lab/store.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../output/shorten.ts'
import { urlHere } from './endpoint.ts'
import { requireOwnKey } from './prefix.ts'
import { encodePath, signRequest } from './signature.ts'

const TIMEOUT_MS = 30_000

export interface StoredObject {
  key: string
  bytes: number
  etag: string
  /** By the store's clock. */
  modifiedMs: number
}

/**
 * The store's bucket, by plain requests. Every answer but a 2xx is an error with what the store said. `put` and `delete` refuse
 * keys that are not below the lab's prefix, before they ask the store for anything.
 */
export interface Bucket {
  /** Objects whose keys begin with `prefix`, all pages of them, in the order of their keys. */
  list(prefix: string): Promise<StoredObject[]>
  /** Whether no object is there at all. Asks for one page. */
  isEmpty(): Promise<boolean>
  get(key: string): Promise<Buffer>
  put(key: string, content: Uint8Array): Promise<void>
  /** One that is not there is no error. */
  delete(key: string): Promise<void>
}

export class StoreRefusal extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message)
  }
}

/** Sends signed requests to a store. Errors: `StoreRefusal`, with what it said. */
const sender =
  (store: Store) =>
  async (method: string, url: URL, body?: Uint8Array): Promise<Buffer> => {
    const request = body === undefined ? { method, url } : { method, url, body }
    const headers = signRequest(request, store, new Date())
    const answer = await fetch(url, { method, headers, body: body ?? null, signal: AbortSignal.timeout(TIMEOUT_MS) })
    const content = Buffer.from(await answer.arrayBuffer())
    if (answer.ok) return content
    throw new StoreRefusal(
      `${method} ${url.href}: ${answer.status} ${shortenMiddle(content.toString('utf8'), OUTPUT_LIMIT)}`,
      answer.status,
    )
  }

export function openBucket(store: StoreEndpoint): Bucket {
  const send = sender(store)
  const page = async (query: Record<string, string>) => {
    const url = bucketUrl(store)
    for (const [name, value] of Object.entries({ 'list-type': '2', ...query })) url.searchParams.set(name, value)
    return parseListing((await send('GET', url)).toString('utf8'))
  }
  const at = (key: string): URL => {
    requireOwnKey(store, key)
    return objectUrl(store, key)
  }
  return {
    async list(prefix) {
      const objects: StoredObject[] = []
      for (let token: string | null = ''; token !== null;) {
        const found = await page({ prefix, ...(token === '' ? {} : { 'continuation-token': token }) })
        if (found.next !== null && found.next === token)
          throw new Error(`the listing of bucket "${store.bucket}" does not end: its next page is the same again`)
        // A store that ignores the prefix lists everything.
        objects.push(...found.objects.filter(({ key }) => key.startsWith(prefix)))
        token = found.next
      }
      return objects
    },
    async isEmpty() {
      const { objects, next } = await page({ 'max-keys': '1' })
      return objects.length === 0 && next === null
    },
    get: (key) => send('GET', objectUrl(store, key)),
    async put(key, content) {
      await send('PUT', at(key), content)
    },
    async delete(key) {
      await send('DELETE', at(key))
    },
  }
}

/** Errors: the name would lead to another bucket, or to the store itself. */
function bucketUrl(store: Store): URL {
  if (!/^[\w-][\w.-]*$/.test(store.bucket))
    throw new Error(`"${store.bucket}" is not the name of a bucket. Next: MESHDRILL_S3_BUCKET=<name>`)
  return new URL(`${urlHere(store)}/${store.bucket}`)
}

/** Errors: a key with a part such as "..", which URLs resolve, so that the request would reach another object. */
function objectUrl(store: Store, key: string): URL {
  const { pathname } = bucketUrl(store)
  const encoded = `${pathname}/${encodePath(key)}`
  const url = new URL(encoded, urlHere(store))
  if (url.pathname === encoded) return url
  throw new Error(`Object "${key}" of bucket "${store.bucket}" was left: no URL can name its key`)
}

/** Makes a store's bucket; one that is there is no error. */
export async function makeBucket(store: Store): Promise<void> {
  try {
    await sender(store)('PUT', bucketUrl(store))
  } catch (error) {
    if (!(error instanceof StoreRefusal && error.message.includes('BucketAlreadyOwnedByYou'))) throw error
  }
}

/** One page of ListObjectsV2; `next` is the token of the page after it. */
export function parseListing(xml: string): { objects: StoredObject[]; next: string | null } {
  if (!xml.includes('<ListBucketResult'))
    throw new Error(`the store's listing is none: ${shortenMiddle(xml, OUTPUT_LIMIT)}`)
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry = '']) => ({
    key: field(entry, 'Key') ?? '',
    bytes: Number(field(entry, 'Size') ?? Number.NaN),
    etag: field(entry, 'ETag') ?? '',
    modifiedMs: Date.parse(field(entry, 'LastModified') ?? ''),
  }))
  const next = field(xml, 'IsTruncated') === 'true' ? field(xml, 'NextContinuationToken') : null
  return { objects, next }
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function field(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(xml)?.[1]
  return text?.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, decodeEntity) ?? null
}

function decodeEntity(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
  if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16))
  return entities[name ?? ''] ?? whole
}
