import { gunzipSync } from 'node:zlib'
import type { V1Secret } from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import type { KubeClient } from './client.ts'
import type { KubeObject, ObjectReference } from './object.ts'
import { hasLabLabel } from './ownership.ts'

/** A Helm release. */
export interface HelmRelease {
  name: string
  namespace: string
}

/** The release that created an object, from the annotations that Helm sets; null for other objects. */
export function releaseOf({ metadata }: Pick<KubeObject, 'metadata'>): HelmRelease | null {
  const name = metadata.annotations?.['meta.helm.sh/release-name']
  const namespace = metadata.annotations?.['meta.helm.sh/release-namespace']
  return name === undefined || namespace === undefined ? null : { name, namespace }
}

/** The Secrets with the revisions of a release. */
async function revisionsOf({ core }: Pick<KubeClient, 'core'>, release: HelmRelease): Promise<V1Secret[]> {
  const { name, namespace } = release
  const { items } = await core.listNamespacedSecret({ namespace, labelSelector: `owner=helm,name=${name}` })
  return items.filter(({ metadata }) => metadata?.labels?.owner === 'helm' && metadata.labels.name === name)
}

/**
 * Owner of a release. Helm copies the lab's label from revision to revision, and stores the first revision before it creates any
 * object. If one revision lacks the label, the release belongs to others. `nobody`: the release does not exist.
 */
export async function ownerOfRelease(
  kube: Pick<KubeClient, 'core'>,
  release: HelmRelease,
  labId: string,
): Promise<'nobody' | 'lab' | 'others'> {
  const revisions = await revisionsOf(kube, release)
  if (revisions.length === 0) return 'nobody'
  return revisions.every((secret) => hasLabLabel(secret, labId)) ? 'lab' : 'others'
}

/** The objects in the manifests of all revisions of a release. Cluster-wide objects also get a namespace here. */
export async function objectsOfRelease(
  kube: Pick<KubeClient, 'core'>,
  release: HelmRelease,
): Promise<ObjectReference[]> {
  const found = (await revisionsOf(kube, release)).flatMap((secret) => readRevision(secret, release.namespace))
  return [...new Map(found.map((object) => [JSON.stringify(object), object])).values()]
}

/** Helm stores a revision as gzipped JSON in Base64, and Kubernetes encodes it in Base64 again. */
function readRevision({ data, metadata }: V1Secret, namespace: string): ObjectReference[] {
  const encoded = Buffer.from(data?.release ?? '', 'base64').toString('utf8')
  try {
    const { manifest = '' } = JSON.parse(gunzipSync(Buffer.from(encoded, 'base64')).toString('utf8')) as {
      manifest?: string
    }
    return parseAllDocuments(manifest).flatMap((document) => referenceIn(document.toJS(), namespace))
  } catch (error) {
    throw new Error(
      `Secret "${metadata?.name ?? ''}" in namespace "${namespace}" has no revision of a Helm release. Next: helm -n ${namespace} list --all`,
      { cause: error },
    )
  }
}

function referenceIn(value: unknown, namespace: string): ObjectReference[] {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<KubeObject>
  if (!apiVersion || !kind || !metadata?.name) return []
  return [{ apiVersion, kind, metadata: { name: metadata.name, namespace: metadata.namespace ?? namespace } }]
}
