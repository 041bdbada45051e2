import { ApiextensionsV1Api, V1ObjectMeta } from '@kubernetes/client-node'
import type { KubeClient } from './client.ts'
import type { KubeObject } from './object.ts'
import { pending, waitFor } from '../system/wait.ts'

interface Conditioned extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] }
}

const KIND = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }

/** Whether a group is of those that end so: `networking.istio.io` is of `istio.io`. */
export const isGroupOf = (group: string, end: string): boolean => group === end || group.endsWith(`.${end}`)

/** The definitions of a group and of those below it, without their schemas. */
export async function definitionsOfGroup({ config }: Pick<KubeClient, 'config'>, end: string): Promise<KubeObject[]> {
  const { items } = await config.makeApiClient(ApiextensionsV1Api).listCustomResourceDefinition()
  return items
    .filter(({ spec }) => isGroupOf(spec.group, end))
    .map(({ metadata }) => {
      const { name = '', uid, labels, annotations } = metadata ?? new V1ObjectMeta()
      const known = { ...(uid ? { uid } : {}), ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) }
      return { ...KIND, metadata: { name, ...known } }
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
        return established ? true : pending(found === null ? 'not there' : 'not established')
      },
      { timeout: '30s', every: '50ms' },
    )
  }
}
