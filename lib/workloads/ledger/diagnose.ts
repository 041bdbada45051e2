import type { FindingKind } from '../../record/facts.ts'
import type { ListedSlot } from './listing.ts'
import { RECORD_BYTES } from './record.ts'

const SECTOR_BYTES = 512

/** A block that was once sent to a slot. */
export interface Candidate {
  sequence: number
  seeded: boolean
  block: Buffer
}

/** What is wrong with a slot. */
export interface Judgement {
  kind: FindingKind
  /** In words, without the slot. */
  cause: string
  /** From the start of the record. */
  at: number
}

/**
 * Says what happened to a record that does not verify: `torn` where its sectors come from different blocks that were
 * sent there (or were never written), `flipped` where bytes differ. `candidates` are all blocks sent to this slot.
 */
export function diagnose({ block, state, sequence }: ListedSlot, candidates: Candidate[]): Judgement {
  if (!block) {
    const written = candidates.some((candidate) => !candidate.seeded && candidate.sequence === sequence)
    return { kind: written ? 'torn' : 'flipped', cause: `${state}; not read byte by byte`, at: 0 }
  }
  const sources = sectorSources(block, candidates)
  if (sources) return { kind: 'torn', cause: `${state}; sectors ${sources}`, at: 0 }
  const [nearest] = candidates
    .map((candidate) => ({ candidate, different: differences(block, candidate.block) }))
    .sort((one, other) => one.different.length - other.different.length)
  if (!nearest) return { kind: 'flipped', cause: `${state}; nothing was sent there`, at: 0 }
  const { candidate, different } = nearest
  return { kind: 'flipped', cause: `${state}; ${describe(block, candidate, different)}`, at: different[0] ?? 0 }
}

function describe(block: Buffer, { block: sent, sequence }: Candidate, different: number[]): string {
  const shown = different.slice(0, 4).map((at) => `byte ${at} is ${hex(block[at])}, was ${hex(sent[at])}`)
  const more = different.length > shown.length ? ` and ${different.length - shown.length} bytes more` : ''
  return `against sequence ${sequence}: ${shown.join(', ')}${more}`
}

const hex = (byte: number | undefined): string => `0x${(byte ?? 0).toString(16).padStart(2, '0')}`

function differences(block: Buffer, other: Buffer): number[] {
  const different: number[] = []
  for (let at = 0; at < RECORD_BYTES; at++) if (block[at] !== other[at]) different.push(at)
  return different
}

/**
 * Which block each sector comes from, such as `0 of sequence 7, 1-7 of sequence 3`; null where some sector comes from
 * none. A sector that several blocks share says nothing, so it counts to the one before.
 */
function sectorSources(block: Buffer, candidates: Candidate[]): string | null {
  const blank: Candidate = { sequence: -1, seeded: false, block: Buffer.alloc(RECORD_BYTES) }
  const runs: { first: number; last: number; from: Candidate }[] = []
  for (let sector = 0; sector * SECTOR_BYTES < RECORD_BYTES; sector++) {
    const [start, end] = [sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES]
    const owners = [...candidates, blank].filter(({ block: sent }) => block.compare(sent, start, end, start, end) === 0)
    const run = runs.at(-1)
    const [owner] = owners
    if (!owner) return null
    if (run && owners.includes(run.from)) run.last = sector
    else runs.push({ first: sector, last: sector, from: owner })
  }
  const source = (from: Candidate) => (from === blank ? 'never written or zeroed' : `of sequence ${from.sequence}`)
  return runs
    .map(({ first, last, from }) => `${first === last ? first : `${first}-${last}`} ${source(from)}`)
    .join(', ')
}
