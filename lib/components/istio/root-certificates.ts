import type { KubeClient } from '../../kube/client.ts'
import { CONTROL, ROOT_CERTIFICATE as NAME } from './traits.ts'

const KEY = 'root-cert.pem'

/**
 * The root certificate of an istiod, which puts it into every namespace, those of others too. Its key was drawn by that istiod
 * alone: a ConfigMap that holds it is of no other. Null where there is none.
 */
export async function rootCertificateOf(kube: KubeClient): Promise<string | null> {
  const metadata = { name: NAME, namespace: CONTROL }
  const found = await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', metadata })
  return (found?.data as Record<string, string> | undefined)?.[KEY] ?? null
}

/** Removes the ConfigMaps that hold this root certificate. */
export async function removeRootCertificates(kube: KubeClient, certificate: string): Promise<void> {
  const { items } = await kube.core.listConfigMapForAllNamespaces({ labelSelector: 'istio.io/config=true' })
  for (const { metadata, data } of items) {
    if (metadata?.name !== NAME || data?.[KEY] !== certificate || metadata.uid === undefined) continue
    const { name, namespace = '', uid } = metadata
    await kube.delete({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, uid } })
  }
}
