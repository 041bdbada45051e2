import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import { openBucket, signRequest, type UnsignedRequest } from '../../../lib/store/s3.ts'
import { parseListing } from '../../../lib/store/answers.ts'
const keys = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
}
const at = new Date('2013-05-24T00:00:00Z')
const host = 'https://examplebucket.s3.amazonaws.com'

test.describe('a signature', () => {
  /** The examples of AWS's own documentation, "Signature Calculations for the Authorization Header". */
  const published: [string, UnsignedRequest, string][] = [
    [
      'of a GET with a range',
      { method: 'GET', url: new URL('/test.txt', host), headers: { Range: 'bytes=0-9' } },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'of a PUT, of a key that is encoded',
      {
        method: 'PUT',
        url: new URL('/test$file.text', host),
        headers: { Date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
        body: Buffer.from('Welcome to Amazon S3.'),
      },
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
    [
      'of a query without a value',
      { method: 'GET', url: new URL('/?lifecycle', host) },
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'of a listing',
      { method: 'GET', url: new URL('/?prefix=J&max-keys=2', host) },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ]
  for (const [what, request, signature] of published) {
    test(`the signature ${what} equals the one that AWS publishes`, async () => {
      expect((await signRequest(request, keys, at)).get('authorization')).toContain(`Signature=${signature}`)
    })
  }

  test('a signature names the key, the day, the region and the signed headers', async () => {
    const headers = await signRequest({ method: 'GET', url: new URL('/a', host) }, keys, at)
    const authorization = headers.get('authorization')
    expect(headers.get('x-amz-date')).toBe('20130524T000000Z')
    expect(authorization).toContain('Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,')
    expect(authorization).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date,')
  })
})

test.describe('a bucket', () => {
  const entry = (key: string) =>
    `<Contents><Key>${key}</Key><LastModified>2026-11-21T02:00:00Z</LastModified><ETag>&quot;e&quot;</ETag><Size>7</Size></Contents>`
  const page = (next: string | null, ...names: string[]) =>
    `<ListBucketResult>${next === null ? '' : `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>`}${names.map(entry).join('')}</ListBucketResult>`

  test('a listing has the sizes, the times and the unchanged keys of its objects', () => {
    const { entries, next } = parseListing(page(null, 'a/b&amp;c&#x20;d'))
    expect(entries).toEqual([{ key: 'a/b&c d', bytes: 7, etag: '"e"', modifiedMs: Date.parse('2026-11-21T02:00:00Z') }])
    expect(next).toBeNull()
  })

  const oddKeys = [
    ['007', '007'],
    ['1e3', '1e3'],
    [' ', ' '],
    ['&#10;&#13;', '\n\r'],
    ['&amp;lt;', '&lt;'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['&#x1F600;', '😀'],
    ['<![CDATA[a<b]]>', 'a<b'],
  ] as const
  for (const [written, key] of oddKeys) {
    test(`a listing has the unchanged key ${JSON.stringify(key)}`, () => {
      expect(parseListing(page(null, written)).entries.map((object) => object.key)).toEqual([key])
    })
  }

  test('URL-encoded keys of a listing are decoded, including control characters', () => {
    const xml = page(null, 'a%01b+c%2B%25').replace('<Contents>', '<EncodingType>url</EncodingType><Contents>')
    expect(parseListing(xml).entries.map(({ key }) => key)).toEqual(['a\u0001b c+%'])
  })

  test('a listing without objects is empty in each notation', () => {
    for (const xml of ['<ListBucketResult/>', '<ListBucketResult xmlns="s3"></ListBucketResult>\n'])
      expect(parseListing(xml)).toEqual({ entries: [], next: null })
  })

  for (const [what, answer] of [
    ['a web page', '<html>welcome</html>'],
    ['no text', ''],
    ['JSON', '{"a":1}'],
    ['the begin of a listing', page(null, 'a', 'b').slice(0, -40)],
    ['a listing without a key', '<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>'],
    ['a listing whose object has no size', page(null, 'a').replace('<Size>7</Size>', '<Size>many</Size>')],
  ] as const) {
    test(`a store that answers with ${what} is an error, not an empty bucket`, () => {
      expect(() => parseListing(answer)).toThrow(/is not a listing/)
    })
  }

  test('a bucket is listed to the last page, and a refusal is an error with the store’s message', async () => {
    const asked: string[] = []
    const server = createServer((request, answer) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://store')
      asked.push(`${request.method ?? ''} ${pathname}`)
      if (request.method === 'PUT') answer.writeHead(403).end('<Code>AccessDenied</Code>')
      else answer.end(searchParams.has('continuation-token') ? page(null, 'b') : page('t/=', 'a'))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const bucket = openBucket({ url, bucket: 'backups', prefix: 'meshdrill-0123456789ab/', ...keys })
      expect((await bucket.list('')).map(({ key }) => key)).toEqual(['a', 'b'])
      await expect(bucket.put('meshdrill-0123456789ab/é 1', Buffer.from('x'))).rejects.toThrow(/403 <Code>AccessDenied/)
      expect(asked).toEqual(['GET /backups', 'GET /backups', 'PUT /backups/meshdrill-0123456789ab/%C3%A9%201'])
    } finally {
      server.close()
    }
  })
})
