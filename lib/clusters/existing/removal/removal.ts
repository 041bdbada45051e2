import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ApiextensionsV1Api, PatchStrategy, type V1CustomResourceDefinition } from '@kubernetes/client-node'
import { withChildAccess } from '../../../kube/access/child.ts'
import type { KubeClient } from '../../../kube/client.ts'
import type { KubeObject, ObjectReference } from '../../../kube/object.ts'
import { pending, waitFor } from '../../../kube/wait.ts'
import type { Part } from '../plan/parts.ts'
import { isDrillNamespace, isOf } from '../plan/plan.ts'

export interface Removal {
  kube: KubeClient
  kubeconfig: string
  /** Path of helm; asked for only where a release is to go. */
  helm: () => Promise<string>
  log: (line: string) => void
}

/** Removes a part that is ours, whole or half installed, and nothing that was there before it. */
export async function removePart(removal: Removal, part: Part): Promise<void> {
  const { kube } = removal
  const definitions = await definitionsOf(kube, part)
  // While its controllers run, which take the finalizers away.
  for (const definition of definitions) await removeInstances(removal, definition)
  for (const release of part.releases) await uninstall(removal, release)
  for (const object of part.objects) await kube.delete(object)
  for (const { metadata } of definitions) await removeObject(kube, definitionNamed(metadata?.name ?? ''))
  for (const namespace of part.namespaces) await removeObject(kube, namespaceNamed(namespace))
  if (part.name === 'istiod') await removeRootCertificates(kube)
}

/** The namespaces that drills left; before the first run none bore such a name. */
export async function removeDrillNamespaces({ kube }: Removal): Promise<string[]> {
  const names = (await kube.core.listNamespace()).items.map(({ metadata }) => metadata?.name ?? '')
  const drills = names.filter(isDrillNamespace)
  for (const name of drills) await removeObject(kube, namespaceNamed(name))
  return drills
}

export const namespaceNamed = (name: string): ObjectReference => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
})

const definitionNamed = (name: string): ObjectReference => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name },
})

export async function removeObject(kube: KubeClient, reference: ObjectReference): Promise<void> {
  const { kind, metadata } = reference
  await kube.delete(reference)
  await waitFor(
    `${kind} "${metadata.name}" gone`,
    async () => ((await kube.get(reference)) === null ? true : pending('still there')),
    { timeout: '120s', hint: `kubectl get ${kind} ${metadata.name} -o yaml` },
  )
}

async function definitionsOf(kube: KubeClient, part: Part): Promise<V1CustomResourceDefinition[]> {
  const { items } = await kube.config.makeApiClient(ApiextensionsV1Api).listCustomResourceDefinition()
  return items.filter(({ spec }) => part.groups.some((end) => isOf(spec.group, end)))
}

/** Deletes every object of a kind; one that keeps a finalizer, as nobody is there who takes it away, loses it. */
async function removeInstances({ kube, log }: Removal, definition: V1CustomResourceDefinition): Promise<void> {
  const { group, names, versions } = definition.spec
  const version = versions.find((one) => one.storage)?.name ?? ''
  const list = async (): Promise<KubeObject[]> => {
    const answer = (await kube.custom.listClusterCustomObject({ group, version, plural: names.plural })) as {
      items: KubeObject[]
    }
    return answer.items.map((item) => ({ ...item, apiVersion: `${group}/${version}`, kind: names.kind }))
  }
  for (const object of await list()) await kube.delete(object)
  const left = await waitFor(
    `${names.plural}.${group} gone`,
    async () => {
      const items = await list()
      return items.length === 0 ? items : pending(`${items.length} there`)
    },
    { timeout: '30s' },
  ).catch(() => list())
  if (left.length > 0) log(`${left.length} ${names.plural}.${group} kept their finalizers, which are taken away`)
  for (const { apiVersion, kind, metadata } of left) {
    const { name, namespace } = metadata
    const bare = { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}), finalizers: [] } }
    await kube.objects.patch(bare, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch)
  }
}

/** A release that is not there is no error: the part may have been installed half-way. */
async function uninstall({ helm, kubeconfig }: Removal, release: { name: string; namespace: string }): Promise<void> {
  const args = ['uninstall', release.name, '--namespace', release.namespace, '--ignore-not-found', '--wait']
  const program = await helm()
  await withChildAccess(kubeconfig, (child) =>
    promisify(execFile)(program, [...args, '--kubeconfig', child.kubeconfig], { timeout: 180_000, env: child.env }),
  )
}

/** istiod puts one into every namespace, those of others too. */
async function removeRootCertificates(kube: KubeClient): Promise<void> {
  const { items } = await kube.core.listConfigMapForAllNamespaces({ labelSelector: 'istio.io/config=true' })
  for (const { metadata } of items) {
    if (metadata?.name !== 'istio-ca-root-cert') continue
    const { name, namespace = '' } = metadata
    await kube.delete({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } })
  }
}
