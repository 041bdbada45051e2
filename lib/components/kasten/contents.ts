import { shellCommand } from '../../output/shorten.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { APPS, type Timing } from './actions.ts'
import { PROFILE } from './profile.ts'

/** What K10 keeps of an export. It is in no namespace, and stays when the namespace is lost. */
export interface RestorePointContent extends KubeObject {
  status?: { physicalSizeBytes?: number }
}

const selectorOf = (namespace: string): string =>
  `k10.kasten.io/exportProfile=${PROFILE},k10.kasten.io/appNamespace=${namespace}`

/** What was exported of a namespace until now. Local snapshots have contents, too, which lack the label of a Profile. */
export async function exportedContents({ kube }: Lab, namespace: string): Promise<RestorePointContent[]> {
  const [group = '', version = ''] = APPS.split('/')
  const listed = (await kube.custom.listClusterCustomObject({
    ...{ group, version, plural: 'restorepointcontents' },
    labelSelector: selectorOf(namespace),
  })) as { items: RestorePointContent[] }
  return listed.items
}

/** Resolves to the content of an export that was not there before it. Errors: K10 lists none. */
export async function waitForContent(
  lab: Lab,
  namespace: string,
  earlier: RestorePointContent[],
  { ready: timeout, every }: Timing,
): Promise<RestorePointContent> {
  const names = new Set(earlier.map(({ metadata }) => metadata.name))
  return waitFor<RestorePointContent>(
    `a new Kasten RestorePointContent of namespace "${namespace}" listed after its export`,
    async () => {
      const contents = await exportedContents(lab, namespace)
      const added = contents.find(({ metadata }) => !names.has(metadata.name))
      return added ?? pending(`${contents.length} listed, ${names.size} of them from before`)
    },
    { timeout, every, hint: shellCommand`kubectl get restorepointcontents -l ${selectorOf(namespace)}` },
  )
}
