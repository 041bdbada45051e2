import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { ExposedService } from '../mesh.ts'
import { hashOf, type Json } from '../support/envoy-config.ts'
import { GATEWAY } from './traits.ts'

const GROUP = 'policy.linkerd.io'

const KINDS = [
  { version: 'v1beta3', plural: 'servers' },
  { version: 'v1alpha1', plural: 'authorizationpolicies' },
  { version: 'v1alpha1', plural: 'meshtlsauthentications' },
  { version: 'v1alpha1', plural: 'networkauthentications' },
  { version: 'v1beta1', plural: 'serverauthorizations' },
  { version: 'v1beta3', plural: 'httproutes' },
]

/** What is known of a Service whose port is published. */
export interface PublishedPort {
  selector: Record<string, string>
  /** Number or name of the port of its pods. */
  podPort: number | string
}

/**
 * Only the gateway may reach the service, and only with mutual TLS. The objects are in the service's namespace, so they are lost
 * with it and the backup must restore them.
 */
export function policyObjects({ namespace, name }: ExposedService, { selector, podPort }: PublishedPort): KubeObject[] {
  const metadata = { name, namespace }
  return [
    {
      ...{ apiVersion: `${GROUP}/v1beta3`, kind: 'Server', metadata },
      spec: { podSelector: { matchLabels: selector }, port: podPort, proxyProtocol: 'HTTP/1' },
    },
    {
      ...{ apiVersion: `${GROUP}/v1alpha1`, kind: 'MeshTLSAuthentication', metadata },
      spec: { identityRefs: [{ kind: 'ServiceAccount', name: GATEWAY, namespace: GATEWAY }] },
    },
    {
      ...{ apiVersion: `${GROUP}/v1alpha1`, kind: 'AuthorizationPolicy', metadata },
      spec: {
        targetRef: { group: GROUP, kind: 'Server', name },
        requiredAuthenticationRefs: [{ group: GROUP, kind: 'MeshTLSAuthentication', name }],
      },
    },
  ]
}

/** Hashes of the policies of a namespace, by kind and name. */
export async function readPolicies({ kube }: Pick<Lab, 'kube'>, namespace: string): Promise<Record<string, string>> {
  const found: [string, string][] = []
  for (const { version, plural } of KINDS) {
    const list = (await kube.custom.listNamespacedCustomObject({ group: GROUP, version, namespace, plural })) as {
      items: (KubeObject & { spec?: Json })[]
    }
    for (const { metadata, spec } of list.items) found.push([`${plural}/${metadata.name}`, hashOf(spec ?? null)])
  }
  return Object.fromEntries(found)
}
