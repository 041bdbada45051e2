import { parseEntry } from './entry.ts'
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DRILL_TIMEOUT_MS } from '../../lab/lab.ts'
import type { KubeClient } from '../../kube/client.ts'
import type { Lab } from '../../lab/lab.ts'
import { thisProcess } from '../../system/process.ts'
import { undoFolder } from './folder.ts'
import { memoryStorage, type UndoEntry, type UndoStorage } from './storage.ts'
import type { Undo } from '../../lab/undo.ts'
import type { KubeObject } from '../../kube/object.ts'
import { messageOf } from '../../system/file-error.ts'
import { shellCommand } from '../../output/shorten.ts'

/** Label of every ConfigMap that holds an undo. */
const LABELS = { 'app.kubernetes.io/managed-by': 'meshdrill', 'meshdrill/undo': 'pending' }
const SELECTOR = Object.entries(LABELS)
  .map(([name, value]) => `${name}=${value}`)
  .join(',')
const KEY = 'undo.json'

/**
 * Stores each undo in a ConfigMap in a namespace of meshdrill, so that another machine can run it. Undos hold no
 * secrets.
 */
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

/** The pending undos of a lab, on this machine and in its cluster. */
export interface UndoJournal {
  /** Records undos before their change is made, in order. If it throws, nothing may be changed. */
  write(what: { fault: string; drill: string }, undos: readonly Undo[]): Promise<UndoEntry[]>
  /** Records that an undo was done. */
  remove(entry: UndoEntry): Promise<void>
  /** Pending undos, oldest first. `damaged`: a sentence for each unreadable entry. */
  list(): Promise<{ entries: UndoEntry[]; damaged: string[] }>
}

/** Folder of the undos within the folder of a lab. */
export const undoFolderOf = (folder: string): string => join(folder, 'undo')

export const journalOf = ({ cluster, kube }: Lab): UndoJournal =>
  journalAt(cluster.folder, cluster.systemNamespace === undefined ? null : { kube, namespace: cluster.systemNamespace })

/** The journal in a lab's folder (null: in memory) and in a namespace of its cluster. */
export function journalAt(
  folder: string | null,
  inCluster: { kube: KubeClient; namespace: string } | null,
): UndoJournal {
  const here = folder === null ? memoryStorage() : undoFolder(undoFolderOf(folder))
  return journalIn(inCluster === null ? [here] : [here, undoCopies(inCluster.kube, inCluster.namespace)])
}

export function journalIn(storages: readonly UndoStorage[]): UndoJournal {
  return {
    async write({ fault, drill }, undos) {
      const writer = { ...thisProcess(), host: hostname() }
      const writtenMs = Date.now()
      const times = { writtenMs, expiresMs: writtenMs + DRILL_TIMEOUT_MS }
      const entries = undos.map((undo, order) => ({ id: randomUUID(), undo, fault, drill, writer, order, ...times }))
      for (const entry of entries) for (const storage of storages) await storage.add(entry)
      return entries
    },
    async remove({ id }) {
      // This machine's entry is removed last: while it exists, the undo is repeated.
      for (const storage of [...storages].reverse()) await storage.remove(id)
    },
    async list() {
      const lists = await Promise.all(storages.map((storage) => storage.list()))
      const byId = new Map(lists.flatMap(({ entries }) => entries.map((entry) => [entry.id, entry] as const)))
      const entries = [...byId.values()].sort(
        (one, other) => one.writtenMs - other.writtenMs || one.order - other.order,
      )
      return { entries, damaged: lists.flatMap(({ damaged }) => damaged) }
    },
  }
}
