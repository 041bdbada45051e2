import { createHash } from 'node:crypto'
import type { Finding, FindingKind, IntegrityCheck, Write } from '../../../record/facts.ts'
import { formatClock } from '../../../verdict/interval.ts'
import type { ExpectedState } from '../read-back.ts'
import { bySlot, newestHeld } from '../writes.ts'
import { parseRecords, type ListedRecord, type RecordsListing } from './listing.ts'
import type { Payloads } from './payloads.ts'

/** Maximum number of separate findings. The last finding counts the rest. */
const MAX_FINDINGS = 1000

/** The damage of a record. */
interface Judgement {
  kind: FindingKind
  cause: string
  /** True if the record is right except for its age. */
  rolledBack?: true
}

/**
 * Compares the records of a listing with those that were seeded and written. The service's own findings come first.
 * Throws if the listing is incomplete.
 */
export const comparison =
  (payloads: Payloads) =>
  (listing: Buffer, expected: ExpectedState): IntegrityCheck =>
    compareRecords(parseRecords(listing), expected, payloads)

export function compareRecords(listing: RecordsListing, expected: ExpectedState, payloads: Payloads): IntegrityCheck {
  const sent = bySlot(expected.writes)
  const held = newestHeld(expected.writes, expected.heldBeforeMs ?? -Infinity)
  const slots = [
    ...new Set([...Array(expected.seeded).keys(), ...held.keys(), ...listing.records.map(({ slot }) => slot)]),
  ]
  const records = new Map<number, ListedRecord[]>()
  for (const record of listing.records) records.set(record.slot, [...(records.get(record.slot) ?? []), record])
  const found = new Map<number, number>()
  const runs: Run[] = []
  for (const slot of slots.sort((one, other) => one - other)) {
    const [record, ...more] = records.get(slot) ?? []
    const must: ExpectedSlot = {
      ...expected,
      slot,
      writes: sent.get(slot) ?? [],
      held: held.get(slot) ?? null,
      payloads,
    }
    const judgement = record === undefined ? judgeMissing(must) : judge(record, must)
    if (judgement) addTo(runs, judgement, slot, record)
    for (const copy of more) addTo(runs, { kind: 'phantom', cause: 'is there more than once' }, slot, copy)
    if (record && more.length === 0 && (judgement === null || judgement.rolledBack === true))
      found.set(slot, record.sequence)
  }
  return {
    objects: listing.records.length,
    bytes: listing.records.reduce((sum, { bytes }) => sum + bytes, 0),
    findings: shorten([...listing.findings, ...runs.map(describe)]),
    slots: [...sent.keys()].sort((one, other) => one - other).map((slot) => [slot, found.get(slot) ?? -1]),
    error: null,
  }
}

interface ExpectedSlot extends ExpectedState {
  slot: number
  /** Writes that were sent to the slot. */
  writes: Write[]
  /** The newest write that must be there. */
  held: Write | null
  payloads: Payloads
}

function judgeMissing({ slot, seeded, held }: ExpectedSlot): Judgement | null {
  if (slot < seeded) return { kind: 'lost', cause: 'the seeded record is not there' }
  return held === null ? null : { kind: 'lost', cause: 'the acknowledged write is not there' }
}

function judge(record: ListedRecord, expected: ExpectedSlot): Judgement | null {
  const { slot, seed, seeded, writes, held, payloads } = expected
  const { sequence, generation, hash } = record
  const write = writes.find((one) => one.sequence === sequence)
  if (!write && !(slot < seeded && sequence === slot))
    return { kind: 'phantom', cause: `sequence ${sequence} was never sent there` }
  const sentGeneration = write?.generation ?? 1
  if (generation !== sentGeneration)
    return { kind: 'phantom', cause: `sequence ${sequence} is of generation ${generation}, sent was ${sentGeneration}` }
  if (hash !== hashOf(write ? payloads.written(seed, sequence) : payloads.seeded(seed, slot)))
    return { kind: 'flipped', cause: `sequence ${sequence} has content that was never sent` }
  if (held === null || sequence >= held.sequence) return null
  const acknowledged = formatClock(held.acknowledgedMs ?? 0)
  const cause = `holds sequence ${sequence}, though ${held.sequence} was acknowledged at ${acknowledged}`
  return { kind: 'stale', cause, rolledBack: true }
}

const hashOf = (payload: Uint8Array): string => createHash('sha256').update(payload).digest('hex').slice(0, 32)

/** Consecutive slots with the same damage become one finding. */
interface Run extends Judgement {
  first: number
  last: number
  file: string
  offset: number
}

function addTo(runs: Run[], judgement: Judgement, slot: number, record?: ListedRecord): void {
  const last = runs.at(-1)
  if (last?.last === slot - 1 && last.cause === judgement.cause) last.last = slot
  else
    runs.push({ ...judgement, first: slot, last: slot, file: record?.file ?? 'records', offset: record?.offset ?? 0 })
}

function describe({ kind, file, offset, first, last, cause }: Run): Finding {
  return { kind, file, offset, detail: `${first === last ? `slot ${first}` : `slots ${first}-${last}`}: ${cause}` }
}

function shorten(findings: Finding[]): Finding[] {
  const shown = findings.slice(0, MAX_FINDINGS)
  const last = shown.at(-1)
  if (!last || findings.length === shown.length) return shown
  return [
    ...shown.slice(0, -1),
    { ...last, detail: `${last.detail}; and ${findings.length - shown.length} findings more` },
  ]
}
