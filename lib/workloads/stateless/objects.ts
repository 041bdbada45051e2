import type { KubeObject } from '../../kube/object.ts'
import type { Finding, IntegrityCheck } from '../../record/facts.ts'
import { fillPayload } from '../support/random-bytes.ts'

/** Number of ConfigMaps that hold the state of the service. */
export const OBJECTS = 64
const CONTENT_BYTES = 2048

/** Label of these ConfigMaps. */
export const STATE_LABELS = { content: 'state' }

/** The ConfigMaps that a drill makes. Their content depends on the seed only. */
export const stateObjects = (seed: number): KubeObject[] =>
  Array.from({ length: OBJECTS }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: nameOf(index), labels: STATE_LABELS },
    data: { content: contentOf(seed, index) },
  }))

const nameOf = (index: number): string => `state-${String(index).padStart(3, '0')}`

const contentOf = (seed: number, index: number): string =>
  Buffer.from(fillPayload(new Uint8Array(CONTENT_BYTES), seed, index)).toString('base64')

/** The data of a ConfigMap that was read back. */
export interface FoundObject {
  name: string
  data: Record<string, string>
}

/** Compares the ConfigMaps that were read back with those that were made. */
export function compareObjects(found: readonly FoundObject[], seed: number): IntegrityCheck {
  const byName = new Map(found.map((object) => [object.name, object]))
  const findings: Finding[] = []
  const add = (kind: Finding['kind'], name: string, detail: string) =>
    findings.push({ kind, file: `ConfigMap ${name}`, offset: 0, detail })
  const expected = new Set<string>()
  for (let index = 0; index < OBJECTS; index++) {
    const name = nameOf(index)
    expected.add(name)
    const data = byName.get(name)?.data
    if (data === undefined) add('lost', name, 'the object is not there')
    else if (data.content !== contentOf(seed, index)) add('flipped', name, 'its content was never written')
    else if (Object.keys(data).length > 1) add('phantom', name, 'it has more keys than were written')
  }
  for (const name of byName.keys()) if (!expected.has(name)) add('phantom', name, 'an object that was never made')
  const bytes = found.flatMap(({ data }) => Object.values(data)).reduce((sum, text) => sum + text.length, 0)
  return { objects: found.length, bytes, findings, slots: [], error: null }
}
