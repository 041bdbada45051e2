import { request as overHttp } from 'node:http'
import { request as overTls } from 'node:https'
import { StringDecoder } from 'node:string_decoder'
import type { KubeClient } from './client.ts'
import type { ExecTarget } from './exec.ts'
import { pending, waitFor } from '../system/wait.ts'
import { shellCommand } from '../output/shorten.ts'

/** The end of a container. */
export interface ContainerEnd {
  exitCode: number
  reason: string
}

/** Size of the beginning that identifies a log after a reconnect. */
const HEAD_BYTES = 4096
const RETRY_MS = 200

/**
 * Follows the log of a container, with stdout and stderr in one stream, until the container has ended. A broken stream continues
 * where it broke. Errors: the pod was deleted before its end, or the kubelet rotated the log during a break, so lines are
 * missing.
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
        throw new Error(
          `log of pod "${target.pod}" in namespace "${target.namespace}" was rotated during a break, so lines are missing. ` +
            `Next: kubectl -n ${target.namespace} logs ${target.pod} --previous`,
        )
      const fresh = bytes.subarray(Math.max(0, seen - at))
      at += bytes.length
      if (at <= seen) return
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, fresh]).subarray(0, HEAD_BYTES)
      seen = at
      onText(decoder.write(fresh))
    })
  }
  for (;;) {
    await waitForStart(kube, target)
    await read(true)
    const end = await readEnd(kube, target)
    // The stream may end before the container, so the rest is read once more.
    if (end !== null && (await read(false)) === null) return end
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

/** Reads the log once. Returns why it could not be read to its end, else null. Rejects if `onBytes` throws. */
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
        const send = url.protocol === 'http:' ? overHttp : overTls
        const request = send(url, options, (answer) => {
          const status = answer.statusCode ?? 0
          answer.on('data', (bytes: Buffer) => {
            if (status !== 200) return
            try {
              onBytes(bytes)
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)))
              request.destroy()
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
        request.on('error', (error) => {
          resolve(error.message)
        })
        request.end()
      })
      .catch(reject)
  })
}

async function stateOf(kube: KubeClient, { namespace, pod, container }: ExecTarget) {
  const { status } = await kube.core.readNamespacedPod({ namespace, name: pod })
  return status?.containerStatuses?.find(({ name }) => name === container)?.state
}

async function waitForStart(kube: KubeClient, target: ExecTarget): Promise<void> {
  const { namespace, pod, container } = target
  await waitFor(
    `container "${container}" of pod "${pod}" in namespace "${namespace}" started`,
    async () => {
      const state = await stateOf(kube, target)
      const begun = state?.running !== undefined || state?.terminated !== undefined
      return begun || pending(state?.waiting?.reason ?? 'no state')
    },
    { timeout: '60s', every: '100ms', hint: shellCommand`kubectl -n ${namespace} describe pod ${pod}` },
  )
}

async function readEnd(kube: KubeClient, target: ExecTarget): Promise<ContainerEnd | null> {
  const terminated = (await stateOf(kube, target))?.terminated
  return terminated ? { exitCode: terminated.exitCode, reason: terminated.reason ?? '' } : null
}
