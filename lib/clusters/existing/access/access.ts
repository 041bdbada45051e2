import { clientLibrary } from '../../../kube/library.ts'
import { codeOf, messageOf } from '../../../system/file-error.ts'
import { KubeconfigError } from '../../../kube/access/fields.ts'
import { isPrivate } from '../../../kube/access/proxy.ts'
import { RunAborted } from '../../../kube/access/pin.ts'
import { printable, shellCommand } from '../../../output/shorten.ts'
import type { NamedContext } from './context.ts'
import { isUuid } from './run-access.ts'

const TIMEOUT_MS = 15_000
/** Maximum clock difference: times of the cluster and of this machine are compared. The server reports whole seconds. */
const MAX_CLOCK_DIFFERENCE_MS = 2_000

/** The cluster that a context leads to. */
export interface ClusterIdentity {
  kubernetes: string
  /** UID of its kube-system namespace. It is unique, and stays the same for the life of the cluster. */
  uid: string
  /** Certain difference between its clock and this machine's, in milliseconds; 0 if they may agree. Positive: its clock is ahead. */
  clockAheadMs: number
}

/** Identifies the cluster of a context. Errors: the server cannot be reached or refuses the user, with the next command. */
export async function identifyCluster(context: NamedContext): Promise<ClusterIdentity> {
  try {
    const askedMs = Date.now()
    const answer = await inTime(context, context.config.makeApiClient(clientLibrary().VersionApi).getCodeWithHttpInfo())
    const version = answer.data
    // Another server may answer here, for example a proxy with its login page.
    if (!version.gitVersion) throw new Error('its answer has no version')
    const system = await inTime(
      context,
      context.config.makeApiClient(clientLibrary().CoreV1Api).readNamespace({ name: 'kube-system' }),
    )
    const uid = system.metadata?.uid
    if (uid === undefined || !isUuid(uid))
      throw new Error(`the UID of its namespace "kube-system" is not a UUID: ${JSON.stringify(uid ?? null)}`)
    return { kubernetes: printable(version.gitVersion), uid, clockAheadMs: clockAhead(answer.headers.date, askedMs) }
  } catch (error) {
    if (error instanceof RunAborted) throw error
    throw new Error(explain(context, error), { cause: error })
  }
}

/** The certain clock difference. The server read its clock between `askedMs` and `nowMs`, and reports whole seconds. */
export function clockAhead(date: string | undefined, askedMs: number, nowMs = Date.now()): number {
  const earliestMs = Date.parse(date ?? '')
  if (Number.isNaN(earliestMs)) return 0
  const latestMs = earliestMs + 1000
  if (earliestMs > nowMs) return earliestMs - nowMs
  return latestMs < askedMs ? latestMs - askedMs : 0
}

/** Why times of the cluster and of this machine cannot be compared; null if they can. */
export function clockConflict(clockAheadMs: number): string | null {
  if (Math.abs(clockAheadMs) < MAX_CLOCK_DIFFERENCE_MS) return null
  const by = `${Math.abs(clockAheadMs) / 1000} s ${clockAheadMs > 0 ? 'ahead of' : 'behind'}`
  return `the cluster's clock is ${by} this machine's, so measured times would be wrong. Next: set this machine's clock (timedatectl set-ntp true)`
}

/** Reasons to refuse a server's certificate, by the error codes of Node and OpenSSL. */
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
  if (error instanceof clientLibrary().ApiException) {
    if (error.code === 401 && !isPrivate(context.access.server))
      return `The server of context "${name}" (${server}) requires credentials, but none are sent, because its URL is not https. Next: ${shellCommand`kubectl config set-cluster ${context.access.server.name} --server=https://…`}`
    if (error.code === 401)
      return `The server of context "${name}" (${server}) does not accept user "${user}": the token or certificate has expired, or belongs to another cluster. Next: log in again, then ${shellCommand`kubectl --context ${name} auth whoami`}`
    if (error.code === 403)
      return `User "${user}" of context "${name}" may not read namespace "kube-system". Its UID identifies the cluster. ${next}`
    return `The server of context "${name}" (${server}) answered ${error.code}. ${next}`
  }
  const code = codeOf(error)
  const reason = printable(code ?? messageOf(error))
  const fault = CERTIFICATE_FAULTS[code ?? '']
  if (fault !== undefined)
    return `The server of context "${name}" (${server}) cannot be trusted: ${fault} (${reason}). ${next}`
  if (OTHER_AUTHORITY.includes(code ?? ''))
    return `The server of context "${name}" (${server}) cannot be trusted: its certificate is not from the CA of the kubeconfig (${reason}). ${next}`
  const { proxy } = context.access.server
  const by = proxy === null ? '' : `, through the proxy ${new URL(proxy).host}`
  return `No API server answers for context "${name}" at ${server}${by}: ${reason}. ${next}`
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
