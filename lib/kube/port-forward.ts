import { Duplex, PassThrough, Writable } from 'node:stream'
import { redact } from '../output/secrets.ts'
import { messageOf } from '../system/file-error.ts'
import type { KubeClient } from './client.ts'
import { clientLibrary } from './library.ts'

export interface PodPlace {
  namespace: string
  pod: string
}

/** Opens a connection to a port of a pod. */
export type OpenPort = (place: PodPlace, port: number) => Promise<Duplex>

/** What is used of the client's WebSocket. */
interface ForwardSocket {
  once(event: 'close', listener: () => void): void
  close(): void
}

/** Opens a connection to a port of a pod through the API server. It ends with the stream. Errors: the API server refuses it. */
export async function forwardPort(kube: KubeClient, { namespace, pod }: PodPlace, port: number): Promise<Duplex> {
  const toPod = new PassThrough()
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => toPod.write(chunk, done),
  })
  const fromPod = writeTo((chunk) => stream.push(chunk))
  const errors = writeTo((chunk) => {
    if (chunk.length > 0) stream.destroy(new Error(redact(chunk.toString('utf8').trim())))
  })
  try {
    const { PortForward } = clientLibrary()
    const forward = new PortForward(kube.config)
    const opened: unknown = await forward.portForward(namespace, pod, [port], fromPod, errors, toPod)
    // Without retries the client returns its socket.
    const socket = opened as ForwardSocket
    socket.once('close', () => stream.destroy())
    stream.once('close', () => {
      socket.close()
    })
    return stream
  } catch (error) {
    // The event of a failed socket has the request with its token, so only an Error becomes the cause.
    const options = error instanceof Error ? { cause: error } : undefined
    throw new Error(`port ${port} of pod "${pod}" in namespace "${namespace}": ${redact(messageOf(error))}`, options)
  }
}

const writeTo = (take: (chunk: Buffer) => void): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      take(chunk)
      done()
    },
  })
