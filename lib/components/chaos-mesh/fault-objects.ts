import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'

const GROUP = { group: 'chaos-mesh.org', version: 'v1alpha1' }

/** Every object of Chaos Mesh, of every kind. Errors: the cluster does not know its kinds. */
export async function faultObjects({ custom }: Pick<KubeClient, 'custom'>): Promise<KubeObject[]> {
  const { resources } = await custom.getAPIResources(GROUP)
  const lists = await Promise.all(
    resources
      .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('list'))
      .map(async ({ name, kind }) => {
        const list = (await custom.listClusterCustomObject({ ...GROUP, plural: name })) as { items: KubeObject[] }
        return list.items.map((item) => ({ ...item, kind }))
      }),
  )
  return lists.flat()
}
