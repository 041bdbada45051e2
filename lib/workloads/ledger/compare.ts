import type { Finding, FindingKind, IntegrityCheck, Write } from '../../record/facts.ts'
import { formatClock } from '../../verdict/interval.ts'
import { diagnose, OVERWRITTEN, type Candidate, type Judgement } from './diagnose.ts'
import type { ListedSlot, Listing, SlotState } from './listing.ts'
import { seededPayload, writtenPayload } from './payload.ts'
import type { ExpectedState } from '../support/read-back.ts'
import { bySlot, newestHeld } from '../support/writes.ts'
import { encodeRecord, payloadHash, placeOf, RECORD_BYTES } from './record.ts'

/** Maximum number of separate findings. One more finding counts the rest. */
const MAX_FINDINGS = 1000

/**
 * Compares the records that were read with those that were sent. After a restore, a missing write is no finding: `slots`
 * shows it, and the verdict counts it. A slot with an invalid record counts as empty there.
 */
export function compare(listing: Listing, expected: ExpectedState): IntegrityCheck {
  const sent = bySlot(expected.writes)
  const held = newestHeld(expected.writes, expected.heldBeforeMs ?? -Infinity)
  const runs: Run[] = []
  const found = new Map<number, number>()
  const length = Math.max(listing.slots.length, expected.seeded, 1 + ([...held.keys()].at(-1) ?? -1))
  for (let slot = 0; slot < length; slot++) {
    const listed = listing.slots[slot] ?? absent(slot)
    const must = { ...expected, writes: sent.get(slot) ?? [], held: held.get(slot) ?? null }
    const judgement = judge(listed, must)
    if (judgement) addJudgement(runs, judgement, listed)
    if (listed.state === 'ok' && (!judgement || judgement.rolledBack)) found.set(slot, listed.sequence)
  }
  const objects = listing.slots.filter(({ state }) => !WITHOUT_RECORD.has(state)).length
  return {
    objects,
    bytes: objects * RECORD_BYTES,
    findings: [...nameFindings(runs), ...listing.others.map(nameForeign)],
    slots: [...sent.keys()].sort((one, other) => one - other).map((slot) => [slot, found.get(slot) ?? -1]),
    error: null,
  }
}

const WITHOUT_RECORD = new Set<SlotState>(['empty', 'missing', 'short', 'unreadable'])

/** Expected content of one slot: `writes` were sent to it, `held` is the newest that must be there. */
interface ExpectedSlot extends Omit<ExpectedState, 'heldBeforeMs'> {
  held: Write | null
}

function judge(listed: ListedSlot, expected: ExpectedSlot): Judgement | null {
  const { slot, state } = listed
  const { seed, seeded, writes, held } = expected
  switch (state) {
    case 'ok':
      return judgeRecord(listed, expected) ?? judgeAge(listed, held)
    case 'empty':
    case 'missing': {
      if (slot >= seeded && held === null) return null
      const record = slot < seeded ? 'seeded record' : 'acknowledged write'
      return { kind: 'lost', cause: state === 'empty' ? `the ${record} is not there` : 'its file is not there', at: 0 }
    }
    case 'unreadable':
      return { kind: 'lost', cause: `cannot be read: ${listed.reason ?? 'no reason given'}`, at: 0 }
    case 'short':
      return { kind: 'truncated', cause: 'the file ends within the record', at: 0 }
    default:
      return diagnose(listed, candidates(slot, writes, seed, seeded))
  }
}

/** Judges a record with a valid checksum: was it sent to this slot? */
function judgeRecord(listed: ListedSlot, { seed, seeded, writes }: ExpectedSlot): Judgement | null {
  const { slot, sequence, generation, place, hash } = listed
  const judgement = (kind: FindingKind, cause: string): Judgement => ({ kind, cause, at: 0 })
  if (place !== slot) return judgement('misdirected', `holds the record of slot ${place}, sequence ${sequence}`)
  const write = writes.find((one) => one.sequence === sequence)
  if (!write && !(slot < seeded && sequence === slot)) {
    return slot < seeded && sequence < slot
      ? judgement('stale', `sequence ${sequence} is older than what was seeded`)
      : judgement('phantom', `sequence ${sequence} was never sent there`)
  }
  const sentGeneration = write?.generation ?? 1
  if (generation !== sentGeneration) {
    const kind = generation < sentGeneration ? 'stale' : 'phantom'
    return judgement(kind, `sequence ${sequence} is of generation ${generation}, sent was ${sentGeneration}`)
  }
  const payload = write ? writtenPayload(seed, sequence) : seededPayload(seed, slot)
  return hash === payloadHash(payload)
    ? null
    : judgement('phantom', `sequence ${sequence} has content that was never sent`)
}

/** Judges a record with a correct content that is older than an acknowledged one: the slot was rolled back. */
function judgeAge({ sequence }: ListedSlot, held: Write | null): Judgement | null {
  if (held === null || sequence >= held.sequence) return null
  const acknowledged = formatClock(held.acknowledgedMs ?? 0)
  const cause = `holds sequence ${sequence}, though ${held.sequence} was acknowledged at ${acknowledged}`
  return { kind: 'stale', cause, at: 0, rolledBack: true }
}

function candidates(slot: number, writes: readonly Write[], seed: number, seeded: number): Candidate[] {
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
  const nothing = { sequence: 0, generation: 0, place: 0, hash: '', block: null, reason: null }
  return { slot, state: 'missing', ...placeOf(slot), ...nothing }
}

/** Consecutive slots with the same damage. A lost file becomes one finding, not a thousand. */
interface Run extends Judgement {
  file: string
  offset: number
  first: number
  last: number
}

function addJudgement(runs: Run[], judgement: Judgement, { slot, state, file, offset }: ListedSlot): void {
  const run = runs.at(-1)
  const alike = run?.cause === judgement.cause
  const overwrittenToo = run?.cause === OVERWRITTEN && judgement.unread === true && state === 'bad magic'
  const next = run?.kind === judgement.kind && run.file === file && run.last === slot - 1
  if (next && (alike || overwrittenToo)) run.last = slot
  else runs.push({ ...judgement, file, offset: offset + judgement.at, first: slot, last: slot })
}

const nameForeign = (file: string): Finding => {
  return { kind: 'phantom', file, offset: 0, detail: 'a file that the service did not make' }
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
