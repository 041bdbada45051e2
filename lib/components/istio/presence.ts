import { parse } from 'yaml'
import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { deployment, type Part } from '../component.ts'
import { removeRootCertificates, rootCertificateOf } from './root-certificates.ts'
import { CONTROL, INGRESS } from './traits.ts'

const controlPlane: Part = {
  name: 'istio',
  title: 'istiod',
  mark: deployment(CONTROL, 'istiod'),
  namespaces: [CONTROL],
  podSecurity: 'baseline',
  groups: ['istio.io'],
  releases: [
    { name: 'istiod', namespace: CONTROL },
    { name: 'istio-base', namespace: CONTROL },
  ],
  objects: [],
  images: ['istio/pilot'],
  refuse: refuseSilent,
  async collectTraces(kube) {
    const certificate = await rootCertificateOf(kube)
    return () => (certificate === null ? Promise.resolve() : removeRootCertificates(kube, certificate))
  },
}

const gateway: Part = {
  name: 'istio-ingress',
  title: 'istio-ingress',
  // Whoever installs a gateway by Istio's guide gives it this name. Ours has the drills' routes.
  mark: {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'drills', namespace: INGRESS },
  },
  namespaces: [INGRESS],
  podSecurity: 'baseline',
  groups: [],
  releases: [{ name: 'istio-ingress', namespace: INGRESS }],
  objects: [],
  images: ['istio/proxyv2'],
  refuse: null,
  collectTraces: null,
}

export const parts = [controlPlane, gateway] as const

/** The statistic that counts requests, as a proxy names it. */
const COUNTED = 'http.inbound_0.0.0.0_8080.downstream_rq_total'

interface MeshSettings {
  accessLogFile?: string
  defaultConfig?: {
    proxyStatsMatcher?: { inclusionRegexps?: string[]; inclusionPrefixes?: string[]; inclusionSuffixes?: string[] }
  }
}

/** Every verdict asks whether a proxy logs and counts again after a restore. A proxy that never did cannot answer. */
async function refuseSilent(kube: KubeClient): Promise<string | null> {
  const metadata = { name: 'istio', namespace: CONTROL }
  const map = await kube.get<KubeObject & { data?: { mesh?: string } }>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
  })
  const lacking = missingSettings((parse(map?.data?.mesh ?? '') as MeshSettings | null) ?? {})
  if (lacking.length === 0) return null
  return `Istio is there, but its proxies do not log and count what every verdict looks at. Next: add to its meshConfig ${lacking.join(' and ')}`
}

function missingSettings({ accessLogFile, defaultConfig }: MeshSettings): string[] {
  const {
    inclusionRegexps = [],
    inclusionPrefixes = [],
    inclusionSuffixes = [],
  } = defaultConfig?.proxyStatsMatcher ?? {}
  const counted =
    inclusionRegexps.some((text) => new RegExp(`^(?:${text})$`).test(COUNTED)) ||
    inclusionPrefixes.some((text) => COUNTED.startsWith(text)) ||
    inclusionSuffixes.some((text) => COUNTED.endsWith(text))
  return [
    ...(accessLogFile === '/dev/stdout' ? [] : ['accessLogFile: /dev/stdout']),
    ...(counted ? [] : ["defaultConfig: { proxyStatsMatcher: { inclusionRegexps: ['.*downstream_rq_total.*'] } }"]),
  ]
}
