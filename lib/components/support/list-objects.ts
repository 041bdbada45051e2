import { selector, type KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'

/** Objects of one kind in a namespace. */
export interface ObjectQuery {
  group: string
  version: string
  plural: string
  namespace: string
  labels?: Record<string, string>
}

/** Lists objects. Kubernetes leaves `apiVersion` and `kind` out of the items of a list. */
export async function listObjects<T extends KubeObject>(
  { custom }: Pick<KubeClient, 'custom'>,
  { labels = {}, ...resource }: ObjectQuery,
): Promise<T[]> {
  const answer = (await custom.listNamespacedCustomObject({ ...resource, labelSelector: selector(labels) })) as {
    items: T[]
  }
  return answer.items
}
