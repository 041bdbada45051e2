import { createHash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'

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
export const encodePath = (path: string): string => path.split('/').map(encode).join('/')

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
