import { createHash, createHmac } from 'node:crypto'

const ALGORITHM = 'AWS4-HMAC-SHA256'

export interface SigningKeys {
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

/**
 * The headers of a request to S3 with its signature, by AWS Signature Version 4 in its form for the Authorization header:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signRequest(request: UnsignedRequest, keys: SigningKeys, at: Date): Record<string, string> {
  const { method, url, body = new Uint8Array() } = request
  const time = at.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = time.slice(0, 8)
  const contentHash = sha256(body)
  const headers = { ...request.headers, host: url.host, 'x-amz-content-sha256': contentHash, 'x-amz-date': time }
  const sorted = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const names = sorted.map(([name]) => name).join(';')
  const canonical = [
    method,
    encodePath(decodeURIComponent(url.pathname)),
    canonicalQuery(url.searchParams),
    ...sorted.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    contentHash,
  ].join('\n')
  const scope = `${day}/${keys.region}/s3/aws4_request`
  const key = [day, keys.region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${keys.secretKey}`)
  const signature = hmac(key, [ALGORITHM, time, scope, sha256(canonical)].join('\n')).toString('hex')
  const authorization = `${ALGORITHM} Credential=${keys.accessKey}/${scope},SignedHeaders=${names},Signature=${signature}`
  return { ...headers, authorization }
}

/** A key's path, each byte encoded but for the unreserved characters and the slashes between its parts. */
export const encodePath = (path: string): string => path.split('/').map(encode).join('/')

const canonicalQuery = (query: URLSearchParams): string =>
  [...query]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()
