import { labPrefix } from '../../../store/endpoint.ts'
import type { NotedStore } from '../store.ts'

/** An object that was created for a part, with its UID at that time. */
export interface OwnedObject {
  apiVersion: string
  kind: string
  name: string
  /** Absent for cluster-scoped objects. */
  namespace?: string
  uid: string
}

/**
 * State of a part. `found`: it was there before the lab, and is never touched. `intended`: its installation has begun, and its
 * outcome is unknown. `installed`: these objects were created for it. `unproven`: notes of version 1 claim it without proof.
 */
export type PartNote =
  { state: 'found' } | { state: 'intended' } | { state: 'installed'; objects: OwnedObject[] } | { state: 'unproven' }

/** Record in the cluster of all that a lab installed, so that any process can remove exactly that. */
export interface Notes {
  /** Random UUID of the lab. A kept lab has the same UUID in later runs. */
  lab: string
  /** The user's bucket; null: a store on the machine that created the lab; undefined: unknown, in notes of version 1. */
  store: NotedStore | null | undefined
  /** The run that uses the lab. The UUID is empty in notes of version 1. */
  owner: { host: string; pid: number; runUid: string }
  keep: boolean
  /** State of each part, by the part's name. */
  parts: Record<string, PartNote>
  /** Versions of components that were found, by the component's name. */
  versions: Record<string, { version: string; source: string }>
  /** Components that the lab reported as installed. */
  installed: string[]
}

const VERSION = 2
/** UUID in notes of version 1. Labs of that version did not label their objects. */
export const NO_LAB = ''

export const formatNotes = (notes: Notes): string => JSON.stringify({ version: VERSION, ...notes }, null, 2)

/** Errors: the text is not valid; the message names the place in the notes. */
export function parseNotes(text: string): Notes {
  const read = record(JSON.parse(text), 'the notes')
  const version = read.version ?? 1
  if (version !== 1 && version !== VERSION)
    throw new Error(
      `their version is ${JSON.stringify(version)}, and this meshdrill supports versions 1 and ${VERSION}`,
    )
  const owner = record(read.owner, 'owner')
  const lab = version === 1 ? NO_LAB : uuid(read.lab, 'lab')
  return {
    lab,
    store: version === 1 ? undefined : store(read.store, lab),
    owner: {
      host: string(owner.host, 'owner.host'),
      pid: number(owner.pid, 'owner.pid'),
      runUid: version === 1 ? '' : string(owner.runUid, 'owner.runUid'),
    },
    keep: read.keep === true,
    parts: renamed(mapped(read.parts, 'parts', version === 1 ? oldPart : part)),
    versions: mapped(read.versions, 'versions', (value, at) => {
      const found = record(value, at)
      return { version: string(found.version, `${at}.version`), source: string(found.source, `${at}.source`) }
    }),
    installed: list(read.installed, 'installed').map((one, index) => currentName(string(one, `installed[${index}]`))),
  }
}

/** Names of parts in the notes of earlier versions of meshdrill. */
const FORMER_NAMES: Partial<Record<string, string>> = { istiod: 'istio', 'Chaos Mesh': 'chaos-mesh' }

const currentName = (name: string): string => FORMER_NAMES[name] ?? name

const renamed = <T>(parts: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(parts).map(([name, note]) => [currentName(name), note]))

function oldPart(value: unknown, at: string): PartNote {
  if (value === 'found') return { state: 'found' }
  if (value === 'ours') return { state: 'unproven' }
  throw new Error(`${at} is not known`)
}

function part(value: unknown, at: string): PartNote {
  const { state, objects } = record(value, at)
  if (state === 'found' || state === 'intended' || state === 'unproven') return { state }
  if (state !== 'installed') throw new Error(`${at}.state is not known`)
  return { state, objects: list(objects, `${at}.objects`).map((one, index) => owned(one, `${at}.objects[${index}]`)) }
}

function owned(value: unknown, at: string): OwnedObject {
  const { apiVersion, kind, name, namespace, uid } = record(value, at)
  return {
    apiVersion: string(apiVersion, `${at}.apiVersion`),
    kind: string(kind, `${at}.kind`),
    name: string(name, `${at}.name`),
    ...(namespace === undefined ? {} : { namespace: string(namespace, `${at}.namespace`) }),
    uid: string(uid, `${at}.uid`),
  }
}

/** Errors: the prefix is not this lab's. With another prefix, objects of others could be deleted. */
function store(value: unknown, lab: string): NotedStore | null {
  if (value === null) return null
  const { url, bucket, prefix } = record(value, 'store')
  const found = {
    url: string(url, 'store.url'),
    bucket: string(bucket, 'store.bucket'),
    prefix: string(prefix, 'store.prefix'),
  }
  if (found.prefix !== labPrefix(lab)) throw new Error('store.prefix is not the prefix of the lab')
  if (!URL.canParse(found.url)) throw new Error('store.url is not a URL')
  return found
}

type Fields = Record<string, unknown>

function record(value: unknown, at: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new Error(`${at} is not an object`)
}

function mapped<T>(value: unknown, at: string, read: (value: unknown, at: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record(value, at)).map(([name, one]) => [name, read(one, `${at}.${name}`)]))
}

function list(value: unknown, at: string): unknown[] {
  if (Array.isArray(value)) return value
  throw new Error(`${at} is not a list`)
}

function string(value: unknown, at: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new Error(`${at} is not a text`)
}

function number(value: unknown, at: string): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw new Error(`${at} is not a whole number`)
}

function uuid(value: unknown, at: string): string {
  const text = string(value, at)
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return text
  throw new Error(`${at} is not a UUID`)
}
