import type { StoreEndpoint } from '../lab.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../output/shorten.ts'
import { urlHere } from './endpoint.ts'
import { encodePath, signRequest } from './signature.ts'

const TIMEOUT_MS = 30_000

export interface StoredObject {
  key: string
  bytes: number
  etag: string
  /** By the store's clock. */
  modifiedMs: number
}

/** The store's bucket, by plain requests. Every answer but a 2xx is an error with what the store said. */
export interface Bucket {
  /** Objects whose keys begin with `prefix`, all pages of them, in the order of their keys. */
  list(prefix: string): Promise<StoredObject[]>
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
  (store: StoreEndpoint) =>
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
  const root = `${urlHere(store)}/${store.bucket}`
  const send = sender(store)
  const at = (key: string): URL => new URL(`${root}/${encodePath(key)}`)
  return {
    async list(prefix) {
      const objects: StoredObject[] = []
      for (let token: string | null = ''; token !== null;) {
        const url = new URL(root)
        url.searchParams.set('list-type', '2')
        url.searchParams.set('prefix', prefix)
        if (token !== '') url.searchParams.set('continuation-token', token)
        const page = parseListing((await send('GET', url)).toString('utf8'))
        objects.push(...page.objects)
        token = page.next
      }
      return objects
    },
    get: (key) => send('GET', at(key)),
    async put(key, content) {
      await send('PUT', at(key), content)
    },
    async delete(key) {
      await send('DELETE', at(key))
    },
  }
}

/** Makes a store's bucket; one that is there is no error. */
export async function makeBucket(store: StoreEndpoint): Promise<void> {
  try {
    await sender(store)('PUT', new URL(`${urlHere(store)}/${store.bucket}`))
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
