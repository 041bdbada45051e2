import { createServer } from 'node:http'
import { expect, test } from '@playwright/test'
import { makeBucket } from '../../../lib/store/s3.ts'

test('a bucket is created, an existing bucket of the same user is no error, and a refusal carries the message of the store', async () => {
  const asked: string[] = []
  let answer: [number, string] = [200, '']
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization?.slice(0, 16) ?? ''}`)
    response.writeHead(answer[0]).end(answer[1])
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const store = { url: `http://127.0.0.1:${port}`, region: 'here', bucket: 'b', accessKey: 'a', secretKey: 's' }
  try {
    await makeBucket(store)
    expect(asked).toEqual(['PUT /b AWS4-HMAC-SHA256'])
    answer = [409, '<Error><Code>BucketAlreadyOwnedByYou</Code></Error>']
    await makeBucket(store)
    answer = [403, '<Error><Code>AccessDenied</Code><Message>No.</Message><AWSAccessKeyId>a</AWSAccessKeyId></Error>']
    await expect(makeBucket(store)).rejects.toThrow(/PUT http:.*\/b: 403 AccessDenied: No\.$/)
  } finally {
    server.close()
  }
})
