import { request as overHttp } from 'node:http'
import { request as overTls } from 'node:https'
import { StringDecoder } from 'node:string_decoder'
import type { KubeClient } from './client.ts'
import type { ExecTarget } from './exec.ts'
import { pending, waitFor } from '../system/wait.ts'
import { shellCommand } from '../output/shorten.ts'

/** How a container ended. */
export interface ContainerEnd {
  exitCode: number
  reason: string
}

/** By this much of its beginning a log is known again. */
const HEAD_BYTES = 4096
const RETRY_MS = 200

/**
 * Follows what a container writes, both streams in one as the kubelet keeps them, from its beginning until it has ended; a
 * stream that breaks is taken up where it broke. Errors: the pod is gone before it ended; its log is no longer the one that
 * was begun, as where the kubelet rotated it while nobody read: what was in between is not known.
 */
export async function followLog(
  kube: KubeClient,
  target: ExecTarget,
  onText: (text: string) => void,
): Promise<ContainerEnd> {
  const decoder = new StringDecoder('utf8')
  let head = Buffer.alloc(0)
  let seen = 0
  const read = (follow: boolean) => {
    let at = 0
    return readLog(kube, target, follow, (bytes) => {
      const known = head.subarray(at, at + bytes.length)
      if (!known.equals(bytes.subarray(0, known.length)))
        throw new Error(`the log of ${target.namespace}/${target.pod} begins anew: what it held was rotated away`)
      const fresh = bytes.subarray(Math.max(0, seen - at))
      at += bytes.length
      if (at <= seen) return
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, fresh]).subarray(0, HEAD_BYTES)
      seen = at
      onText(decoder.write(fresh))
    })
  }
  for (;;) {
    await started(kube, target)
    await read(true)
    const end = await endOf(kube, target)
    // A stream may have ended before the container did: what came since is read once more.
    if (end !== null && (await read(false)) === null) return end
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

/** Reads the log once. Returns why it could not be read to its end, else null; what `onBytes` throws is an error. */
function readLog(
  { config }: KubeClient,
  { namespace, pod, container }: ExecTarget,
  follow: boolean,
  onBytes: (bytes: Buffer) => void,
): Promise<string | null> {
  const server = config.getCurrentCluster()?.server ?? ''
  const url = new URL(
    `${server}/api/v1/namespaces/${namespace}/pods/${pod}/log?container=${container}&follow=${String(follow)}`,
  )
  return new Promise((resolve, reject) => {
    const options = { method: 'GET', headers: {} }
    config
      .applyToHTTPSOptions(options)
      .then(() => {
        const request = url.protocol === 'http:' ? overHttp : overTls
        const asked = request(url, options, (answer) => {
          const status = answer.statusCode ?? 0
          answer.on('data', (bytes: Buffer) => {
            if (status !== 200) return
            try {
              onBytes(bytes)
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)))
              asked.destroy()
            }
          })
          answer.on('end', () => {
            resolve(status === 200 ? null : `HTTP ${status}`)
          })
          answer.on('error', (error) => {
            resolve(error.message)
          })
          answer.on('close', () => {
            resolve('the connection was closed')
          })
        })
        asked.on('error', (error) => {
          resolve(error.message)
        })
        asked.end()
      })
      .catch(reject)
  })
}

async function stateOf(kube: KubeClient, { namespace, pod, container }: ExecTarget) {
  const { status } = await kube.core.readNamespacedPod({ namespace, name: pod })
  return status?.containerStatuses?.find(({ name }) => name === container)?.state
}

async function started(kube: KubeClient, target: ExecTarget): Promise<void> {
  const { namespace, pod, container } = target
  await waitFor(
    `container "${container}" of pod ${namespace}/${pod} started`,
    async () => {
      const state = await stateOf(kube, target)
      const begun = state?.running !== undefined || state?.terminated !== undefined
      return begun || pending(state?.waiting?.reason ?? 'not known')
    },
    { timeout: '60s', every: '100ms', hint: shellCommand`kubectl -n ${namespace} describe pod ${pod}` },
  )
}

async function endOf(kube: KubeClient, target: ExecTarget): Promise<ContainerEnd | null> {
  const terminated = (await stateOf(kube, target))?.terminated
  return terminated ? { exitCode: terminated.exitCode, reason: terminated.reason ?? '' } : null
}
