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
  /** All headers are signed. `host` and `x-amz-*` are added. */
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
    // Signs the content, too. Without TLS, some stores refuse unsigned content.
    headers: { ...headers, 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') },
  })
  return (await signer.sign()).headers
}

/** A key as part of a URL. All bytes are encoded, except unreserved characters and slashes. */
const encodePath = (path: string): string => path.split('/').map(encode).join('/')

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

const TIMEOUT_MS = 30_000

/**
 * The store's bucket. Every answer except a 2xx is an error with the store's message. `put` and `delete` refuse keys that are not
 * below the lab's prefix before they send a request.
 */
export interface Bucket {
  /** All objects with keys that begin with `prefix`, in the order of their keys. */
  list(prefix: string): Promise<StoredObject[]>
  /** True if the bucket has no object. Sends one request. */
  isEmpty(): Promise<boolean>
  get(key: string): Promise<Buffer>
  put(key: string, content: Uint8Array): Promise<void>
  /** All versions and deletion markers of those objects. Errors: `StoreRefusal` if the store has no versions. */
  versions(prefix: string): Promise<StoredVersion[]>
  /** Deletes an object, or one version of it. A missing object is no error. */
  delete(key: string, versionId?: string): Promise<void>
}

/** A store's answer that is not 2xx. `code` is S3's, such as `NoSuchBucket`; null if the answer is not an S3 error. */
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

/** Sends signed requests to a store. Errors: `StoreRefusal`, or no answer, with the reason. */
const sender =
  (store: Store) =>
  async (method: string, url: URL, body?: Uint8Array): Promise<Buffer> => {
    const name = `${method} ${url.href}`
    // A bucket with object lock requires a checksum.
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
  /** All pages of a listing. Keys without the prefix are left out, because some stores ignore the prefix. */
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

/** Errors: with this name, the URL would lead to another bucket or to the store itself. */
function bucketUrl(store: Store): URL {
  if (!/^[\w-][\w.-]*$/.test(store.bucket))
    throw new Error(`"${store.bucket}" is not the name of a bucket. Next: MESHDRILL_S3_BUCKET=<name>`)
  return new URL(`${urlHere(store)}/${store.bucket}`)
}

/** Errors: the key has a part such as "..". URLs resolve it, so the request would reach another object. */
function objectUrl(store: Store, key: string): URL {
  const { pathname } = bucketUrl(store)
  const encoded = `${pathname}/${encodePath(key)}`
  const url = new URL(encoded, urlHere(store))
  if (url.pathname === encoded) return url
  throw new Error(`Object "${key}" of bucket "${store.bucket}" was not changed: no URL can contain its key`)
}

/** Creates a store's bucket. An existing bucket of this user is no error. */
export async function makeBucket(store: Store): Promise<void> {
  try {
    await sender(store)('PUT', bucketUrl(store))
  } catch (error) {
    if (!(error instanceof StoreRefusal && error.code === 'BucketAlreadyOwnedByYou')) throw error
  }
}
