import { createHash } from 'node:crypto'
import type { Store, StoreEndpoint } from '../lab/cluster.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../output/shorten.ts'
import { messageOf } from '../system/file-error.ts'
import { parseError, parseListing, parseVersions, type Page, type StoredObject, type StoredVersion } from './answers.ts'
import { urlHere, requireOwnKey } from './endpoint.ts'
import { AwsV4Signer } from 'aws4fetch'

interface SigningKeys {
  accessKey: string
  secretKey: string
  region: string
}

export interface UnsignedRequest {
  method: string
  url: URL
  /** All of them are signed; `host` and `x-amz-*` are added. */
  headers?: Record<string, string>
  body?: Uint8Array
}

/** The headers of a request to S3, with its signature (AWS Signature Version 4) in `authorization`. */
export async function signRequest(request: UnsignedRequest, keys: SigningKeys, at: Date): Promise<Headers> {
  const { method, url, headers, body = new Uint8Array() } = request
  const signer = new AwsV4Signer({
    ...{ method, url: url.href, service: 's3', region: keys.region, allHeaders: true },
    ...{ accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
    datetime: at.toISOString().replace(/[-:]|\.\d{3}/g, ''),
    // Without it the content would not be signed, which stores may refuse on a connection without TLS.
    headers: { ...headers, 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') },
  })
  return (await signer.sign()).headers
}

/** A key as part of a URL. Every byte is encoded but unreserved characters and slashes. */
const encodePath = (path: string): string => path.split('/').map(encode).join('/')

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

const TIMEOUT_MS = 30_000

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
  /** All versions of such objects, and the markers that deletions left. Errors: `StoreRefusal` where the store has no versions. */
  versions(prefix: string): Promise<StoredVersion[]>
  /** Deletes an object, or the version of it. An object that is not there is no error. */
  delete(key: string, versionId?: string): Promise<void>
}

/** A store's answer that is not 2xx. `code` is the store's, such as `NoSuchBucket`; null where the answer is not one of S3's. */
export class StoreRefusal extends Error {
  constructor(
    request: string,
    readonly status: number,
    body: string,
  ) {
    const error = parseError(body)
    const said = error === null ? shortenMiddle(body, OUTPUT_LIMIT) : `${error.code}: ${error.message}`
    super(`${request}: ${status} ${said}${HINTS[error?.code ?? ''] ?? ''}`)
    this.code = error?.code ?? null
  }

  readonly code: string | null
}

const HINTS: Partial<Record<string, string>> = {
  RequestTimeTooSkewed: '. The clocks of this machine and of the store differ. Next: timedatectl',
}

/** Sends signed requests to a store. Errors: `StoreRefusal`; no answer, with the reason. */
const sender =
  (store: Store) =>
  async (method: string, url: URL, body?: Uint8Array): Promise<Buffer> => {
    const name = `${method} ${url.href}`
    // A bucket whose objects are locked takes none without a checksum.
    const checksum = body === undefined ? {} : { 'content-md5': createHash('md5').update(body).digest('base64') }
    const request = { method, url, headers: checksum, ...(body === undefined ? {} : { body }) }
    const headers = await signRequest(request, store, new Date())
    const { ok, status, content } = await answerTo(name, () =>
      fetch(url, { method, headers, body: body ?? null, signal: AbortSignal.timeout(TIMEOUT_MS) }),
    )
    if (ok) return content
    throw new StoreRefusal(name, status, content.toString('utf8'))
  }

async function answerTo(name: string, ask: () => Promise<Response>) {
  try {
    const answer = await ask()
    return { ok: answer.ok, status: answer.status, content: Buffer.from(await answer.arrayBuffer()) }
  } catch (error) {
    const { cause = error } = error as Error
    throw new Error(`${name}: no answer: ${messageOf(cause)}`, { cause: error })
  }
}

export function openBucket(store: StoreEndpoint): Bucket {
  const send = sender(store)
  /** All pages of a listing, but no key without the prefix: a store that ignores the prefix lists everything. */
  const listAll = async <Entry extends { key: string }>(
    parse: (xml: string) => Page<Entry>,
    query: Record<string, string>,
    prefix: string,
  ): Promise<Entry[]> => {
    const entries: Entry[] = []
    for (let next: Record<string, string> | null = {}; next !== null;) {
      const asked = JSON.stringify(next)
      const page: Page<Entry> = parse(await ask({ ...query, prefix, 'encoding-type': 'url', ...next }))
      if (JSON.stringify(page.next) === asked)
        throw new Error(`the listing of bucket "${store.bucket}" does not end: its next page is the same again`)
      entries.push(...page.entries.filter(({ key }) => key.startsWith(prefix)))
      next = page.next
    }
    return entries
  }
  const ask = async (query: Record<string, string>): Promise<string> => {
    const url = bucketUrl(store)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    return (await send('GET', url)).toString('utf8')
  }
  const at = (key: string): URL => {
    requireOwnKey(store, key)
    return objectUrl(store, key)
  }
  return {
    list: (prefix) => listAll(parseListing, { 'list-type': '2' }, prefix),
    versions: (prefix) => listAll(parseVersions, { versions: '' }, prefix),
    async isEmpty() {
      const { entries, next } = parseListing(await ask({ 'list-type': '2', 'max-keys': '1' }))
      return entries.length === 0 && next === null
    },
    get: (key) => send('GET', objectUrl(store, key)),
    async put(key, content) {
      await send('PUT', at(key), content)
    },
    async delete(key, versionId) {
      const url = at(key)
      if (versionId !== undefined) url.searchParams.set('versionId', versionId)
      await send('DELETE', url)
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
    if (!(error instanceof StoreRefusal && error.code === 'BucketAlreadyOwnedByYou')) throw error
  }
}
