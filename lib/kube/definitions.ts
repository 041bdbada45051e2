import { clientLibrary } from './library.ts'
import type { KubeClient } from './client.ts'
import type { KubeObject } from './object.ts'
import { pending, waitFor } from '../system/wait.ts'

interface Conditioned extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] }
}

const KIND = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }

/** True if a group has this suffix: `networking.istio.io` has `istio.io`. */
export const isGroupOf = (group: string, end: string): boolean => group === end || group.endsWith(`.${end}`)

/** The definitions of a group and its subgroups, without their schemas. */
export async function definitionsOfGroup({ config }: Pick<KubeClient, 'config'>, end: string): Promise<KubeObject[]> {
  const { items } = await config.makeApiClient(clientLibrary().ApiextensionsV1Api).listCustomResourceDefinition()
  return items
    .filter(({ spec }) => isGroupOf(spec.group, end))
    .map(({ metadata }) => {
      const { name = '', uid, labels, annotations } = metadata ?? new (clientLibrary().V1ObjectMeta)()
      const copied = { ...(uid ? { uid } : {}), ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) }
      return { ...KIND, metadata: { name, ...copied } }
    })
}

/** Resolves when the API server knows the kinds of these CustomResourceDefinitions. */
export async function waitForDefinitions(kube: KubeClient, definitions: KubeObject[]): Promise<void> {
  for (const { apiVersion, kind, metadata } of definitions) {
    const { name } = metadata
    await waitFor(
      `CustomResourceDefinition "${name}" established`,
      async () => {
        const found = await kube.get<Conditioned>({ apiVersion, kind, metadata: { name } })
        const established = found?.status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True')
        return established ? true : pending(found === null ? 'not found' : 'not established')
      },
      { timeout: '30s', every: '50ms' },
    )
  }
}
