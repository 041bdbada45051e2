import { gzipSync } from 'node:zlib'
import type { CustomObjectsApi } from '@kubernetes/client-node'
import type { KubeObject, ObjectReference } from '../../../lib/kube/object.ts'
import type { Lab } from '../../../lib/lab/lab.ts'
import { labWith, only } from './lab.ts'

export type Status = Record<string, unknown>

export const ended = { startTimestamp: '2026-11-21T02:00:00Z', completionTimestamp: '2026-11-21T02:00:09Z' }
export const completed: Status = { phase: 'Completed', ...ended }

/** A movement of one volume, as the API lists it. */
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

/** A movement of an emptyDir, which has no claim. */
export const movedEmptyDir = (phase: string, bytesDone?: number): Moved => {
  const one = moved(phase, bytesDone)
  return { ...one, metadata: { ...one.metadata, labels: {} }, spec: { volume: 'istio-envoy' } }
}

export interface Script {
  /** Statuses of the Backup: one for each read; the last one stays. Null: the object does not exist. */
  backup?: (Status | null)[]
  restore?: (Status | null)[]
  /** Movements in every list that `lists` does not name. */
  volumes?: Moved[]
  /** Objects of other lists, by the plural of their kind. */
  lists?: Record<string, unknown[]>
  /** Files of the store by their kind. A string is the raw content; other values are written as JSON. */
  files?: Record<string, unknown>
}

export interface VeleroLab {
  lab: Lab
  applied: KubeObject[]
  deleted: string[]
  selectors: string[]
  /** Number of statuses of the Backup that are left, with the current one. */
  left: () => number
}

/** A lab with a Velero that follows a script. */
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

/** A data URL with the gzipped file. `fetch` reads it without a server. */
function urlOf(request: KubeObject, files: Record<string, unknown>): Status {
  const { kind } = (request.spec as { target: { kind: string } }).target
  if (!(kind in files)) throw new Error(`the script has no file "${kind}"`)
  const text = typeof files[kind] === 'string' ? files[kind] : JSON.stringify(files[kind])
  const content = gzipSync(text).toString('base64')
  return { phase: 'Processed', downloadURL: `data:application/octet-stream;base64,${content}` }
}
