import type { V1Pod } from '@kubernetes/client-node'
import type { Lab } from '../../lab/lab.ts'
import type { MeshState } from '../../record/facts.ts'
import { messageOf } from '../../system/file-error.ts'
import { forwardPort, type OpenPort } from '../../kube/port-forward.ts'
import { readCertificate, readMetrics } from './admin.ts'
import { proxyIdOf, proxyOf, runsProxy } from '../support/proxy-container.ts'
import { readPolicies } from './policies.ts'
import { PROXY } from './traits.ts'

/** Reads the state of the proxies of a namespace. If anything cannot be read, `error` says why. */
export async function readMeshState(
  lab: Lab,
  namespace: string,
  open: OpenPort = (...place) => forwardPort(lab.kube, ...place),
): Promise<MeshState> {
  try {
    const pods = (await lab.kube.pods(namespace)).filter((pod) => runsProxy(pod, PROXY))
    if (pods.length === 0) throw new Error(`no pod with a proxy in namespace "${namespace}"`)
    const proxies = await Promise.all(pods.map((pod) => readProxy(lab, pod, open)))
    return {
      configuration: {},
      identities: [...new Set(proxies.map(({ identity }) => identity))].sort(),
      policies: await readPolicies(lab, namespace),
      requests: proxies.reduce((sum, { requests }) => sum + requests, 0),
      accessLogLines: proxies.reduce((sum, { accessLogLines }) => sum + accessLogLines, 0),
      proxies: proxies.map(({ container }) => container).sort(),
      error: null,
    }
  } catch (error) {
    const nothing = { configuration: {}, identities: [], policies: {}, requests: null, accessLogLines: null }
    return { ...nothing, error: messageOf(error) }
  }
}

async function readProxy({ kube }: Lab, pod: V1Pod, open: OpenPort) {
  const [name, namespace] = [pod.metadata?.name ?? '', pod.metadata?.namespace ?? '']
  const place = { namespace, pod: name }
  const log = await kube.core.readNamespacedPodLog({ namespace, name, container: PROXY })
  return {
    container: proxyIdOf(pod, PROXY),
    identity: await readCertificate(open, place, identityOf(pod)),
    requests: countRequests(await readMetrics(open, place)),
    accessLogLines: log.split('\n').filter((line) => /"(GET|PUT|POST|DELETE) \S+ HTTP\/[\d.]+" \d{3} /.test(line))
      .length,
  }
}

/** The name that Linkerd gives to a pod's proxy, as its own command `linkerd identity` makes it. */
export function identityOf(pod: V1Pod): string {
  const env = new Map((proxyOf(pod, PROXY)?.env ?? []).map(({ name, value }) => [name, value]))
  const [control, domain] = [env.get('_l5d_ns'), env.get('_l5d_trustdomain')]
  if (control === undefined || domain === undefined)
    throw new Error(`the proxy of pod "${pod.metadata?.name ?? ''}" does not name its trust domain`)
  const account = pod.spec?.serviceAccountName ?? 'default'
  return `${account}.${pod.metadata?.namespace ?? ''}.serviceaccount.identity.${control}.${domain}`
}

/** Requests that came in. Errors: the metric is not there. */
export function countRequests(metrics: string): number {
  const lines = metrics.split('\n').filter((line) => /^request_total\{[^}]*direction="inbound"/.test(line))
  // A proxy without requests has no line of them, but it has this metric.
  if (lines.length === 0 && !/^process_start_time_seconds /m.test(metrics))
    throw new Error('the proxy has no metrics of Linkerd')
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
