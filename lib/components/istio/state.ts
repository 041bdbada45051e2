import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { EnvoyProxies } from '../support/envoy.ts'
import { hashOf, type Json } from '../support/envoy-config.ts'
import { PROXY } from './traits.ts'

const POLICIES: { group: string; version?: string; plural: string }[] = [
  { group: 'networking.istio.io', plural: 'virtualservices' },
  { group: 'networking.istio.io', plural: 'destinationrules' },
  { group: 'networking.istio.io', version: 'v1alpha3', plural: 'envoyfilters' },
  { group: 'networking.istio.io', plural: 'gateways' },
  { group: 'networking.istio.io', plural: 'serviceentries' },
  { group: 'networking.istio.io', plural: 'sidecars' },
  { group: 'security.istio.io', plural: 'authorizationpolicies' },
  { group: 'security.istio.io', plural: 'peerauthentications' },
  { group: 'security.istio.io', plural: 'requestauthentications' },
  { group: 'telemetry.istio.io', plural: 'telemetries' },
]

async function readPolicies(lab: Lab, namespace: string): Promise<Record<string, string>> {
  const found: [string, string][] = []
  for (const { group, version = 'v1', plural } of POLICIES) {
    const list = (await lab.kube.custom.listNamespacedCustomObject({ group, version, namespace, plural })) as {
      items: (KubeObject & { spec?: Json })[]
    }
    for (const item of list.items) {
      found.push([`${plural}/${item.metadata.name}`, hashOf(item.spec ?? null)])
    }
  }
  return Object.fromEntries(found)
}

export const proxies: EnvoyProxies = {
  container: PROXY,
  ask: (path) => ['pilot-agent', 'request', 'GET', path.slice(1)],
  countedLabel: '',
  isRequest: (line) => /"(GET|PUT|POST|DELETE) /.test(line),
  volatile: [],
  policies: readPolicies,
}
