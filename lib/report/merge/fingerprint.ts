import { createHash } from 'node:crypto'
import type { DrillFact } from '../../record/facts.ts'
import type { SourceDrill } from './source.ts'

/** What a drill recorded, without its id and its repetition, which merging changes. */
export interface Fingerprint {
  /** A hash for each fact, of it and all facts before it. */
  hashes: string[]
  /** Lines that may have been of the drill and cannot be read. */
  unreadable: number
}

const known = new WeakMap<SourceDrill, Fingerprint>()

/** Reads the drill's facts, once. */
export function fingerprintOf(drill: SourceDrill): Fingerprint {
  const before = known.get(drill)
  if (before !== undefined) return before
  const { facts, unreadable } = drill.source.events.readDrill(drill.id)
  const print = { hashes: chain(facts), unreadable: unreadable.length }
  known.set(drill, print)
  return print
}

function chain(facts: DrillFact[]): string[] {
  const hash = createHash('sha256')
  return facts.map((fact) =>
    hash
      .update(`${normalise(fact)}\n`)
      .copy()
      .digest('base64')
      .slice(0, 22),
  )
}

/** Recorders, and programs that copied what they wrote, may order the first fields differently. */
function normalise(fact: DrillFact): string {
  const body = fact.kind === 'drill.planned' ? { ...fact, axes: { ...fact.axes, repetition: 0 } } : fact
  const rest = Object.entries(body).filter(([field]) => !['kind', 'at', 'drill'].includes(field))
  return JSON.stringify([fact.kind, fact.at, rest])
}

/** Whether one drill's facts are the other's, or the first of them, as in a copy that was made while the drill ran. */
export function isCopy(one: Fingerprint, other: Fingerprint): boolean {
  const common = Math.min(one.hashes.length, other.hashes.length)
  return common > 0 && one.hashes[common - 1] === other.hashes[common - 1]
}

/** Whether more is known by the first. */
export const isMoreComplete = (one: Fingerprint, other: Fingerprint): boolean =>
  one.hashes.length === other.hashes.length
    ? one.unreadable < other.unreadable
    : one.hashes.length > other.hashes.length
