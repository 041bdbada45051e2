import { ApiException, CoreV1Api, VersionApi } from '@kubernetes/client-node'
import { codeOf, messageOf } from '../../../system/file-error.ts'
import { KubeconfigError } from '../../../kube/access/fields.ts'
import { isPrivate } from '../../../kube/access/proxy.ts'
import { RunAborted } from '../../../kube/access/pin.ts'
import { printable, shellCommand } from '../../../output/shorten.ts'
import type { NamedContext } from './context.ts'
import { isUuid } from './run-access.ts'

const TIMEOUT_MS = 15_000
/** The server says its time in whole seconds. Facts of the cluster and of this machine are put on one line of time. */
const CLOCKS_APART_MS = 2_000

/** The cluster that a context leads to. */
export interface Reached {
  kubernetes: string
  /** UID of its kube-system namespace: no two clusters have the same, and it stays as long as the cluster does. */
  uid: string
  /** By how much its clock is ahead of this machine's, in milliseconds, as far as that is certain; 0 where they may agree. */
  clockAheadMs: number
}

/** Asks the server of a context who it is. Errors: why it cannot be reached or will not talk to us, with the next command. */
export async function reach(context: NamedContext): Promise<Reached> {
  try {
    const askedMs = Date.now()
    const answer = await inTime(context, context.config.makeApiClient(VersionApi).getCodeWithHttpInfo())
    const version = answer.data
    // Another server may answer here, such as a proxy's page for whoever is not logged in.
    if (!version.gitVersion) throw new Error('its answer has no version')
    const system = await inTime(context, context.config.makeApiClient(CoreV1Api).readNamespace({ name: 'kube-system' }))
    const uid = system.metadata?.uid
    if (uid === undefined || !isUuid(uid))
      throw new Error(`the UID of its namespace "kube-system" is not a UUID: ${JSON.stringify(uid ?? null)}`)
    return { kubernetes: printable(version.gitVersion), uid, clockAheadMs: clockAhead(answer.headers.date, askedMs) }
  } catch (error) {
    if (error instanceof RunAborted) throw error
    throw new Error(explain(context, error), { cause: error })
  }
}

/** Said in whole seconds, at some moment between the question and now: only what lies outside of that is a difference. */
export function clockAhead(said: string | undefined, askedMs: number, nowMs = Date.now()): number {
  const earliestMs = Date.parse(said ?? '')
  if (Number.isNaN(earliestMs)) return 0
  const latestMs = earliestMs + 1000
  if (earliestMs > nowMs) return earliestMs - nowMs
  return latestMs < askedMs ? latestMs - askedMs : 0
}

/** Why facts of the cluster cannot be set beside those of this machine; null where they can. */
export function clockConflict(clockAheadMs: number): string | null {
  if (Math.abs(clockAheadMs) < CLOCKS_APART_MS) return null
  const by = `${Math.abs(clockAheadMs) / 1000} s ${clockAheadMs > 0 ? 'ahead of' : 'behind'}`
  return `the cluster's clock is ${by} this machine's: when a container ended and when a backup began would be wrong by as much. Next: set this machine's clock (timedatectl set-ntp true)`
}

/** What a server's certificate can be refused for, by the codes of Node and OpenSSL. */
const CERTIFICATE_FAULTS: Record<string, string> = {
  CERT_HAS_EXPIRED: "the server's certificate, or that of its authority, has expired",
  CERT_NOT_YET_VALID:
    "the server's certificate, or that of its authority, is not valid yet: this machine's clock may be behind",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the server's certificate is for other names than this one; tls-server-name names another",
  CERT_REVOKED: "the server's certificate is revoked",
}
const OTHER_AUTHORITY = [
  ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  ...[
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'CERT_SIGNATURE_FAILURE',
    'CERT_UNTRUSTED',
    'INVALID_CA',
  ],
]

function explain(context: NamedContext, error: unknown): string {
  const { name, server, user } = context
  const next = `Next: ${shellCommand`kubectl --context ${name} get namespace kube-system`}`
  if (error instanceof KubeconfigError) {
    const message = messageOf(error)
    return `Context "${name}" cannot be used: ${message}${message.includes('Next: ') ? '' : `. ${next}`}`
  }
  if (error instanceof ApiException) {
    if (error.code === 401 && !isPrivate(context.access.server))
      return `The server of context "${name}" (${server}) wants credentials, and none are sent to it, as its URL is not https. Next: ${shellCommand`kubectl config set-cluster ${context.access.server.name} --server=https://…`}`
    if (error.code === 401)
      return `The server of context "${name}" (${server}) does not know user "${user}": the token or certificate is expired, or of another cluster. Next: log in again, then ${shellCommand`kubectl --context ${name} auth whoami`}`
    if (error.code === 403)
      return `User "${user}" of context "${name}" may not read namespace "kube-system", by whose UID the cluster is told from others. ${next}`
    return `The server of context "${name}" (${server}) answered ${error.code}. ${next}`
  }
  const code = codeOf(error)
  const reason = printable(code ?? messageOf(error))
  const fault = CERTIFICATE_FAULTS[code ?? '']
  if (fault !== undefined)
    return `The server at ${server}, where context "${name}" points, cannot be trusted: ${fault} (${reason}). ${next}`
  if (OTHER_AUTHORITY.includes(code ?? ''))
    return `The server at ${server} is another than context "${name}" says: its certificate is not one of the kubeconfig's authority (${reason}). ${next}`
  const { proxy } = context.access.server
  const by = proxy === null ? '' : `, by way of the proxy ${new URL(proxy).host}`
  return `Nothing answers as an API server at ${server}${by}, where context "${name}" points: ${reason}. ${next}`
}

async function inTime<T>({ server }: NamedContext, request: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer from ${server} after ${TIMEOUT_MS / 1000} s`))
    }, TIMEOUT_MS)
  })
  try {
    return await Promise.race([request, late])
  } finally {
    clearTimeout(timer)
  }
}
