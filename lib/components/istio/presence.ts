import { parse } from 'yaml'
import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { deployment, type Part } from '../component.ts'
import { CONTROL, INGRESS, ROOT_CERTIFICATE as NAME } from './traits.ts'

const KEY = 'root-cert.pem'

/**
 * The root certificate of the installed istiod, which copies it into every namespace. Each istiod generates its own key, so the
 * certificate identifies its copies. Null if there is none.
 */
async function readRootCertificate(kube: KubeClient): Promise<string | null> {
  const metadata = { name: NAME, namespace: CONTROL }
  const found = await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', metadata })
  return (found?.data as Record<string, string> | undefined)?.[KEY] ?? null
}

/** Removes the ConfigMaps with this root certificate from all namespaces. */
async function removeRootCertificates(kube: KubeClient, certificate: string): Promise<void> {
  const { items } = await kube.core.listConfigMapForAllNamespaces({ labelSelector: 'istio.io/config=true' })
  for (const { metadata, data } of items) {
    if (metadata?.name !== NAME || data?.[KEY] !== certificate || metadata.uid === undefined) continue
    const { name, namespace = '', uid } = metadata
    await kube.delete({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, uid } })
  }
}

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
  refuse: explainRefusal,
  async collectTraces(kube) {
    const certificate = await readRootCertificate(kube)
    return () => (certificate === null ? Promise.resolve() : removeRootCertificates(kube, certificate))
  },
}

const gateway: Part = {
  name: 'istio-ingress',
  title: 'istio-ingress',
  // Many users have a gateway named "istio-ingress", as in Istio's guide. Only meshdrill's has the Gateway "drills".
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

/** The name of the statistic that counts requests. */
const REQUEST_COUNTER = 'http.inbound_0.0.0.0_8080.downstream_rq_total'

interface MeshSettings {
  accessLogFile?: string
  defaultConfig?: {
    proxyStatsMatcher?: { inclusionRegexps?: string[]; inclusionPrefixes?: string[]; inclusionSuffixes?: string[] }
  }
}

/** Explains why an installed Istio is refused: verdicts need access logs and request counters of its proxies. Null: it has both. */
async function explainRefusal(kube: KubeClient): Promise<string | null> {
  const metadata = { name: 'istio', namespace: CONTROL }
  const map = await kube.get<KubeObject & { data?: { mesh?: string } }>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
  })
  const missing = missingSettings((parse(map?.data?.mesh ?? '') as MeshSettings | null) ?? {})
  if (missing.length === 0) return null
  return `Istio is already installed, but its proxies lack access logs or request counters, which every verdict needs. Next: add to its meshConfig ${missing.join(' and ')}`
}

function missingSettings({ accessLogFile, defaultConfig }: MeshSettings): string[] {
  const {
    inclusionRegexps = [],
    inclusionPrefixes = [],
    inclusionSuffixes = [],
  } = defaultConfig?.proxyStatsMatcher ?? {}
  const counted =
    inclusionRegexps.some((text) => new RegExp(`^(?:${text})$`).test(REQUEST_COUNTER)) ||
    inclusionPrefixes.some((text) => REQUEST_COUNTER.startsWith(text)) ||
    inclusionSuffixes.some((text) => REQUEST_COUNTER.endsWith(text))
  return [
    ...(accessLogFile === '/dev/stdout' ? [] : ['accessLogFile: /dev/stdout']),
    ...(counted ? [] : ["defaultConfig: { proxyStatsMatcher: { inclusionRegexps: ['.*downstream_rq_total.*'] } }"]),
  ]
}
