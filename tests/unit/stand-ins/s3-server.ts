import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StoreEndpoint } from '../../../lib/lab/cluster.ts'

/** A stand-in for an S3 store on loopback: objects in memory, by bucket and key. It records what could change something. */
export interface S3Server {
  url: string
  /** Contents by `bucket/key`. */
  objects: Map<string, string>
  /** Each request that could have changed something, as method and `bucket/key`; then each listing, in `listed`. */
  changes: string[]
  listed: string[]
  /** An endpoint of it. */
  endpoint(over?: Partial<StoreEndpoint>): StoreEndpoint
  close(): Promise<void>
}

interface S3Options {
  /** Whether listings ignore the prefix that is asked for. */
  ignoresPrefix?: boolean
  /** Versions of `bucket/key` that are there from the start, which only a deletion of the version removes. */
  versions?: { at: string; versionId: string }[]
  /** Called before each answer. */
  onRequest?: (server: S3Server, method: string) => void
}

export const PREFIX = 'meshdrill-0123456789ab/'

export async function startS3(objects: Record<string, string> = {}, options: S3Options = {}): Promise<S3Server> {
  const stored = new Map(Object.entries(objects))
  const listing = (bucket: string, prefix: string): string => {
    const asked = options.ignoresPrefix === true ? '' : prefix
    const entries = [...stored]
      .filter(([at]) => at.startsWith(`${bucket}/${asked}`))
      .map(([at, { length }]) => entry(at.slice(bucket.length + 1), length))
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${entries.join('')}</ListBucketResult>`
  }
  const versions = options.versions ?? []
  const listVersions = (bucket: string, prefix: string): string => {
    const asked = options.ignoresPrefix === true ? '' : prefix
    const entries = versions
      .filter(({ at }) => at.startsWith(`${bucket}/${asked}`))
      .map(({ at, versionId }, index) => {
        const kind = index % 2 === 0 ? 'Version' : 'DeleteMarker'
        return `<${kind}><Key>${escape(at.slice(bucket.length + 1))}</Key><VersionId>${versionId}</VersionId></${kind}>`
      })
    return `<ListVersionsResult>${entries.join('')}</ListVersionsResult>`
  }
  const http = createServer((request, response) => {
    const { method = 'GET', url = '/' } = request
    const { pathname, searchParams } = new URL(url, 'http://store')
    const [, bucket = '', ...rest] = pathname.split('/')
    const at = `${bucket}/${decodeURIComponent(rest.join('/'))}`
    options.onRequest?.(self, method)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (method === 'GET' && searchParams.has('list-type')) {
        self.listed.push(`${bucket}/${searchParams.get('prefix') ?? ''}`)
        response.end(listing(bucket, searchParams.get('prefix') ?? ''))
        return
      }
      if (method === 'GET' && searchParams.has('versions')) {
        response.end(listVersions(bucket, searchParams.get('prefix') ?? ''))
        return
      }
      if (method !== 'GET' && method !== 'HEAD') self.changes.push(`${method} ${at}`)
      if (method === 'PUT') stored.set(at, Buffer.concat(chunks).toString('latin1'))
      const versionId = searchParams.get('versionId')
      if (method === 'DELETE' && versionId === null) stored.delete(at)
      const found = versions.findIndex((one) => one.at === at && one.versionId === versionId)
      if (method === 'DELETE' && found !== -1) versions.splice(found, 1)
      const content = method === 'GET' ? Buffer.from(stored.get(at) ?? '', 'latin1') : ''
      response.writeHead(method === 'DELETE' ? 204 : 200).end(content)
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const self: S3Server = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    objects: stored,
    changes: [],
    listed: [],
    endpoint: (over = {}) => ({
      ...{ url: self.url, region: 'r', bucket: 'lab', prefix: PREFIX, accessKey: 'a', secretKey: 's' },
      ...over,
    }),
    close: () =>
      new Promise((resolve) => {
        http.closeAllConnections()
        http.close(() => {
          resolve()
        })
      }),
  }
  return self
}

const entry = (key: string, bytes: number): string =>
  `<Contents><Key>${escape(key)}</Key><Size>${bytes}</Size><ETag>"1"</ETag><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>`

const escape = (text: string): string => text.replace(/[&<>"'\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`)
