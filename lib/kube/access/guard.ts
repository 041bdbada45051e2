import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { agentFor } from './agent.ts'
import type { Credentials } from './credentials.ts'
import type { KubeAccess } from './kubeconfig.ts'
import { abortReason, isPinned, markAborted, readPin, RunAborted } from './pin.ts'

/** Namespace and name of a run's lease. */
export const LEASE = { namespace: 'meshdrill-system', name: 'meshdrill' }

/** A check of the lease is valid for this time. The holder can only change after a minute without renewal. */
const LEASE_FRESH_MS = 5_000
const TIMEOUT_MS = 30_000

export interface RequestGuard {
  /**
   * Called before each request with these credentials. Verifies the cluster before a request that may change something, and for new
   * credentials. Errors: `RunAborted` if it is another cluster, or if another run has the lease.
   */
  check(credentials: Credentials, mayChange: boolean): Promise<void>
}

/** The guard of a run's pinned kubeconfig; null for other kubeconfigs. Errors: `RunAborted` if the run has ended. */
export function guardOf(kubeconfig: string, access: KubeAccess): RequestGuard | null {
  if (!isPinned(kubeconfig)) return null
  if (readPin(kubeconfig) === null) throw new RunAborted(sentence(`the pin beside "${kubeconfig}" is gone`))
  const verified = new Set<string>()
  let leaseSeenMs = -Infinity
  const abort = (reason: string): never => {
    markAborted(kubeconfig, reason)
    throw new RunAborted(sentence(reason))
  }
  return {
    async check(credentials, mayChange) {
      const reason = abortReason(kubeconfig)
      if (reason !== null) throw new RunAborted(sentence(reason))
      if (!mayChange && verified.has(credentials.id)) return
      const pin = readPin(kubeconfig)
      if (pin === null) return abort(`the pin beside "${kubeconfig}" is gone`)
      const uid = await readUid(access, credentials)
      if (uid !== pin.uid)
        abort(
          `the server at ${pin.server} is another cluster than the confirmed one: its UID is ${uid ?? 'not known'}, not ${pin.uid}`,
        )
      verified.add(credentials.id)
      if (!mayChange || !pin.isLeased || performance.now() - leaseSeenMs < LEASE_FRESH_MS) return
      const holder = await readHolder(access, credentials)
      if (holder !== pin.holder) abort(`the lease of the cluster is no longer this run's, but of ${holder ?? 'nobody'}`)
      leaseSeenMs = performance.now()
    },
  }
}

const sentence = (reason: string): string =>
  `The run was ended, and nothing more is changed: ${reason}. Next: look at both with kubectl, and then npm run lab:down`

interface Answer {
  code: number
  body: { metadata?: { uid?: string }; spec?: { holderIdentity?: string } }
}

async function readUid(access: KubeAccess, credentials: Credentials): Promise<string | null> {
  const { code, body } = await sendGet(access, credentials, '/api/v1/namespaces/kube-system')
  if (code === 200) return body.metadata?.uid ?? null
  throw new Error(`${access.server.url} does not say which cluster it is: it answered ${code}`)
}

async function readHolder(access: KubeAccess, credentials: Credentials): Promise<string | null> {
  const { namespace, name } = LEASE
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`
  const { code, body } = await sendGet(access, credentials, path)
  if (code === 200) return body.spec?.holderIdentity ?? null
  if (code === 404) return null
  throw new Error(`${access.server.url} does not say who holds the lease: it answered ${code}`)
}

/** Sends a GET request with exactly these credentials. */
function sendGet({ server }: KubeAccess, credentials: Credentials, path: string): Promise<Answer> {
  const url = `${server.url}${path}`
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const headers = { ...credentials.headers, Accept: 'application/json' }
    const request = send(url, { headers, agent: agentFor(server, credentials), timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const code = response.statusCode ?? 0
        try {
          resolve({ code, body: code === 200 ? (JSON.parse(text) as Answer['body']) : {} })
        } catch (error) {
          reject(new Error(`${url}: the answer is no JSON`, { cause: error }))
        }
      })
    })
    request.once('timeout', () => request.destroy(new Error(`${url}: no answer after ${TIMEOUT_MS / 1000} s`)))
    request.once('error', reject)
    request.end()
  })
}
