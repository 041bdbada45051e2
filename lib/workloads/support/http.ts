import { request } from 'node:http'
import type { Route } from '../../components/mesh.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../../output/shorten.ts'

export interface Answer {
  status: number
  body: Buffer
}

/**
 * Sends one request to the service behind a route and reads the whole answer. Throws if the answer is incomplete or takes
 * longer than `timeoutMs`. It uses node:http, because `fetch` cannot set the Host header.
 */
export async function send(route: Route, method: string, path: string, timeoutMs: number): Promise<Answer> {
  const url = new URL(path, route.url)
  const what = `${method} ${url.href} (Host ${route.host})`
  const started = performance.now()
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs)
      const sent = request(url, { method, headers: { host: route.host }, agent: false, signal }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) })
        })
      })
      sent.on('error', reject)
      sent.end()
    })
  } catch (error) {
    const afterMs = Math.round(performance.now() - started)
    throw new Error(`${what}: ${String(error)}, after ${afterMs} ms`, { cause: error })
  }
}

/** Like `send`. Throws if the status is not 200. The error carries the service's answer. */
export async function sendWell(route: Route, method: string, path: string, timeoutMs: number): Promise<Buffer> {
  const { status, body } = await send(route, method, path, timeoutMs)
  if (status === 200) return body
  const said = shortenMiddle(body.toString('utf8').trim(), OUTPUT_LIMIT)
  throw new Error(`${method} ${path} at ${route.url} (Host ${route.host}) answered ${status}: ${said}`)
}
