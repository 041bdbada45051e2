import { PassThrough } from 'node:stream'
import type { V1Status } from '@kubernetes/client-node'
import { clientLibrary } from './library.ts'
import { messageOf } from '../system/file-error.ts'
import { holdsSecret, redact } from '../output/secrets.ts'
import type { KubeClient } from './client.ts'

export interface ExecTarget {
  namespace: string
  pod: string
  container: string
}

/**
 * Runs a command in a container and returns its standard output. Errors: the command failed (with its standard error), or no exit
 * status arrived in time. A command with a secret is refused, because arguments are visible in audit logs and in the node's
 * process list.
 */
export async function execute(
  kube: KubeClient,
  target: ExecTarget,
  command: string[],
  timeoutMs = 30_000,
): Promise<string> {
  const stdout = collect()
  const stderr = collect()
  const where = `${redact(command.join(' '))} in ${target.namespace}/${target.pod}, container ${target.container}`
  if (command.some(holdsSecret)) throw new Error(`${where}: not run, because its arguments contain a secret`)
  const status = await new Promise<V1Status>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${where}: no exit status after ${timeoutMs / 1000} s`))
    }, timeoutMs)
    const done = (result: V1Status) => {
      clearTimeout(timer)
      resolve(result)
    }
    const { namespace, pod, container } = target
    new (clientLibrary().Exec)(kube.config)
      .exec(namespace, pod, container, command, stdout.stream, stderr.stream, null, false, done)
      .catch((error: unknown) => {
        clearTimeout(timer)
        // The event of a failed socket has the request with its token, so only an Error becomes the cause.
        const options = error instanceof Error ? { cause: error } : undefined
        reject(new Error(`${where}: ${redact(messageOf(error))}`, options))
      })
  })
  if (status.status !== 'Success')
    throw new Error(redact(`${where}: ${status.message ?? 'failed'}: ${stderr.text().trim()}`))
  return stdout.text()
}

function collect() {
  const chunks: Buffer[] = []
  const stream = new PassThrough()
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') }
}
