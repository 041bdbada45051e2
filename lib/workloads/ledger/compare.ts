import type { Finding, FindingKind, IntegrityCheck, Write } from '../../record/facts.ts'
import { diagnose, type Candidate, type Judgement } from './diagnose.ts'
import type { ListedSlot } from './listing.ts'
import { seededPayload, writtenPayload } from './payload.ts'
import { encodeRecord, payloadHash, placeOf, RECORD_BYTES } from './record.ts'

/** Findings that a check names one by one; the rest is counted in one more. */
const MAX_FINDINGS = 1000

/** What a volume must hold. `writes` are all that were sent to it, whether or not they were acknowledged. */
export interface Expected {
  seed: number
  seeded: number
  writes: Write[]
}

/**
 * Compares what was read with what was sent. A write that is not there is no finding: `slots` shows it, and the verdict
 * counts it. A slot whose record cannot be trusted counts as empty there.
 */
export function compare(listing: ListedSlot[], expected: Expected): IntegrityCheck {
  const sent = bySlot(expected.writes)
  const runs: Run[] = []
  const found = new Map<number, number>()
  const length = Math.max(listing.length, expected.seeded)
  for (let slot = 0; slot < length; slot++) {
    const listed = listing[slot] ?? absent(slot)
    const judgement = judge(listed, sent.get(slot) ?? [], expected)
    if (judgement) addJudgement(runs, judgement, listed)
    else if (listed.state === 'ok') found.set(slot, listed.sequence)
  }
  const objects = listing.filter(({ state }) => state !== 'empty' && state !== 'missing' && state !== 'short').length
  return {
    objects,
    bytes: objects * RECORD_BYTES,
    findings: nameFindings(runs),
    slots: [...sent.keys()].sort((one, other) => one - other).map((slot) => [slot, found.get(slot) ?? -1]),
    error: null,
  }
}

function judge(listed: ListedSlot, writes: Write[], { seed, seeded }: Expected): Judgement | null {
  const { slot, state } = listed
  switch (state) {
    case 'ok':
      return judgeRecord(listed, writes, { seed, seeded })
    case 'empty':
    case 'missing': {
      const cause = state === 'empty' ? 'the seeded record is not there' : 'the file of the seeded record is not there'
      return slot < seeded ? { kind: 'lost', cause, at: 0 } : null
    }
    case 'short':
      return { kind: 'truncated', cause: 'the file ends before the record does', at: 0 }
    default:
      return diagnose(listed, candidates(slot, writes, seed, seeded))
  }
}

/** Judges a record that verifies by itself: is it one that was sent there? */
function judgeRecord(
  listed: ListedSlot,
  writes: Write[],
  { seed, seeded }: Omit<Expected, 'writes'>,
): Judgement | null {
  const { slot, sequence, generation, place, hash } = listed
  const judgement = (kind: FindingKind, cause: string): Judgement => ({ kind, cause, at: 0 })
  if (place !== slot) return judgement('misdirected', `holds the record of slot ${place}, sequence ${sequence}`)
  const write = writes.find((one) => one.sequence === sequence)
  if (!write && !(slot < seeded && sequence === slot)) {
    return slot < seeded && sequence < slot
      ? judgement('stale', `sequence ${sequence} is older than what was seeded`)
      : judgement('phantom', `nobody sent sequence ${sequence} there`)
  }
  const sentGeneration = write?.generation ?? 1
  if (generation !== sentGeneration) {
    const kind = generation < sentGeneration ? 'stale' : 'phantom'
    return judgement(kind, `sequence ${sequence} is of generation ${generation}, sent was ${sentGeneration}`)
  }
  const payload = write ? writtenPayload(seed, sequence) : seededPayload(seed, slot)
  return hash === payloadHash(payload)
    ? null
    : judgement('phantom', `sequence ${sequence} has content that nobody sent`)
}

function bySlot(writes: Write[]): Map<number, Write[]> {
  const slots = new Map<number, Write[]>()
  for (const write of writes) {
    const list = slots.get(write.slot)
    if (list) list.push(write)
    else slots.set(write.slot, [write])
  }
  return slots
}

function candidates(slot: number, writes: Write[], seed: number, seeded: number): Candidate[] {
  const written = writes.map(({ sequence, generation }) => {
    return {
      sequence,
      seeded: false,
      block: encodeRecord({ sequence, generation, slot, payload: writtenPayload(seed, sequence) }),
    }
  })
  if (slot >= seeded) return written
  const block = encodeRecord({ sequence: slot, generation: 1, slot, payload: seededPayload(seed, slot) })
  return [{ sequence: slot, seeded: true, block }, ...written]
}

const absent = (slot: number): ListedSlot => {
  const nothing = { sequence: 0, generation: 0, place: 0, hash: '', block: null }
  return { slot, state: 'missing', ...placeOf(slot), ...nothing }
}

/** Slots in a row that have the same thing wrong: a whole file that is gone is one finding, not a thousand. */
interface Run extends Judgement {
  file: string
  offset: number
  first: number
  last: number
}

function addJudgement(runs: Run[], judgement: Judgement, { slot, file, offset }: ListedSlot): void {
  const run = runs.at(-1)
  const same = run?.kind === judgement.kind && run.cause === judgement.cause && run.file === file
  if (same && run.last === slot - 1) run.last = slot
  else runs.push({ ...judgement, file, offset: offset + judgement.at, first: slot, last: slot })
}

function nameFindings(runs: Run[]): Finding[] {
  const findings = runs.slice(0, MAX_FINDINGS).map(({ kind, file, offset, first, last, cause }): Finding => {
    const slots = first === last ? `slot ${first}` : `slots ${first}-${last}`
    return { kind, file, offset, detail: `${slots}: ${cause}` }
  })
  const last = findings.at(-1)
  if (last && runs.length > MAX_FINDINGS) last.detail += `; and ${runs.length - MAX_FINDINGS} findings more`
  return findings
}
