import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { messageOf } from '../../system/message-of.ts'
import { parseEntry } from './entry.ts'
import type { UndoEntry, UndoStorage } from './storage.ts'
import { shellCommand } from '../../output/shell-quote.ts'

/** On every ConfigMap that holds an undo. */
const LABELS = { 'app.kubernetes.io/managed-by': 'meshdrill', 'meshdrill/undo': 'pending' }
const SELECTOR = Object.entries(LABELS)
  .map(([name, value]) => `${name}=${value}`)
  .join(',')
const KEY = 'undo.json'

/** A ConfigMap for each undo in a namespace of ours, by which another machine can undo it. No undo holds a secret. */
export function undoCopies(kube: KubeClient, namespace: string): UndoStorage {
  const reference = (id: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: `undo-${id}` },
  })
  return {
    async add(entry) {
      const { metadata, ...object } = reference(entry.id)
      const data = { [KEY]: JSON.stringify(entry) }
      await kube.apply([{ ...object, metadata: { ...metadata, labels: LABELS }, data } satisfies KubeObject])
    },
    remove: (id) => kube.delete(reference(id)),
    async list() {
      const { items } = await kube.core.listNamespacedConfigMap({ namespace, labelSelector: SELECTOR })
      const entries: UndoEntry[] = []
      const damaged: string[] = []
      for (const { metadata, data } of items) {
        const name = metadata?.name ?? '?'
        try {
          entries.push(parseEntry(data?.[KEY] ?? ''))
        } catch (error) {
          const next = shellCommand`kubectl -n ${namespace} get configmap ${name} -o yaml`
          damaged.push(
            `the undo in ConfigMap "${namespace}/${name}" cannot be read: ${messageOf(error)}. Next: ${next}`,
          )
        }
      }
      return { entries, damaged }
    },
  }
}
