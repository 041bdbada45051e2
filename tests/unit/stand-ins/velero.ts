import { gzipSync } from 'node:zlib'
import type { CustomObjectsApi } from '@kubernetes/client-node'
import type { KubeObject, ObjectReference } from '../../../lib/kube/object.ts'
import type { Lab } from '../../../lib/lab/lab.ts'
import { labWith, only } from './lab.ts'

export type Status = Record<string, unknown>

export const ended = { startTimestamp: '2026-11-21T02:00:00Z', completionTimestamp: '2026-11-21T02:00:09Z' }
export const completed: Status = { phase: 'Completed', ...ended }

/** What moves a volume, as a list of them has it. */
export interface Moved {
  status: Status
  metadata: { name: string; labels: Record<string, string> }
  spec: Record<string, unknown>
}

const OF_CLAIM = { 'velero.io/pvc-uid': 'f3b1' }

export const moved = (phase: string, bytesDone?: number, message?: string): Moved => ({
  metadata: { name: `moved-${phase.toLowerCase()}`, labels: OF_CLAIM },
  spec: { volume: 'data' },
  status: {
    phase,
    ...(message === undefined ? {} : { message }),
    ...(bytesDone === undefined ? {} : { progress: { totalBytes: bytesDone, bytesDone } }),
  },
})

/** One of a volume that no claim is of. */
export const movedEmptyDir = (phase: string, bytesDone?: number): Moved => {
  const one = moved(phase, bytesDone)
  return { ...one, metadata: { ...one.metadata, labels: {} }, spec: { volume: 'istio-envoy' } }
}

export interface Script {
  /** What the Backup says of itself, one each time it is asked for; the last one stays. */
  backup?: (Status | null)[]
  restore?: (Status | null)[]
  /** What a list of whatever moves data holds. */
  volumes?: Moved[]
  /** What other lists hold, by their plural. */
  lists?: Record<string, unknown[]>
  /** Files of the store by their kind; a text stands for itself. */
  files?: Record<string, unknown>
}

export interface VeleroLab {
  lab: Lab
  applied: KubeObject[]
  deleted: string[]
  selectors: string[]
  /** How many of the Backup's states were not asked for yet. */
  left: () => number
}

/** A lab in which a Velero does what its script says. */
export function veleroLab(script: Script): VeleroLab {
  const applied: KubeObject[] = []
  const deleted: string[] = []
  const selectors: string[] = []
  const states: Record<string, (Status | null)[]> = {
    Backup: [...(script.backup ?? [completed])],
    Restore: [...(script.restore ?? [completed])],
  }
  const next = (kind: string) => {
    const list = states[kind] ?? []
    return list.length > 1 ? list.shift() : list[0]
  }
  const lab = labWith((memory) => ({
    async apply(objects) {
      applied.push(...objects)
      await memory.apply(objects)
    },
    async delete(reference) {
      deleted.push(`${reference.kind} ${reference.metadata.name}`)
      await memory.delete(reference)
    },
    async get<T extends KubeObject>(reference: ObjectReference) {
      const object = await memory.get<T>(reference)
      if (reference.kind === 'BackupStorageLocation')
        return { ...reference, status: { phase: 'Available' } } as unknown as T
      if (reference.kind === 'DownloadRequest')
        return object && { ...object, status: urlOf(object, script.files ?? {}) }
      const status = next(reference.kind)
      return object === null || status === null ? null : { ...object, ...(status === undefined ? {} : { status }) }
    },
    custom: only<CustomObjectsApi>({
      listNamespacedCustomObject: ({ plural, labelSelector = '' }) => {
        selectors.push(`${plural} ${labelSelector}`)
        return Promise.resolve({ items: script.lists?.[plural] ?? (script.volumes as unknown[] | undefined) ?? [] })
      },
    }),
  }))
  return { lab, applied, deleted, selectors, left: () => states.Backup?.length ?? 0 }
}

/** Node reads such a URL as it reads any. */
function urlOf(request: KubeObject, files: Record<string, unknown>): Status {
  const { kind } = (request.spec as { target: { kind: string } }).target
  if (!(kind in files)) throw new Error(`the script has no file "${kind}"`)
  const text = typeof files[kind] === 'string' ? files[kind] : JSON.stringify(files[kind])
  const content = gzipSync(text).toString('base64')
  return { phase: 'Processed', downloadURL: `data:application/octet-stream;base64,${content}` }
}
