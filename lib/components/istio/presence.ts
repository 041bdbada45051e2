import { parse } from 'yaml'
import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { deployment, type Part } from '../component.ts'
import { CONTROL, INGRESS, ROOT_CERTIFICATE as NAME } from './traits.ts'

const KEY = 'root-cert.pem'

/**
 * The root certificate of an istiod, which puts it into every namespace, those of others too. Its key was drawn by that istiod
 * alone: a ConfigMap that holds it is of no other. Null where there is none.
 */
async function rootCertificateOf(kube: KubeClient): Promise<string | null> {
  const metadata = { name: NAME, namespace: CONTROL }
  const found = await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', metadata })
  return (found?.data as Record<string, string> | undefined)?.[KEY] ?? null
}

/** Removes the ConfigMaps that hold this root certificate. */
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
