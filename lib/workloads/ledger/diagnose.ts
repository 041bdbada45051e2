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
  /** Text without the slot. */
  cause: string
  /** Offset of the damage from the start of the record, in bytes. */
  at: number
  /** True if the listing has no bytes of the block. It then counts to the run of an overwritten slot before it. */
  unread?: boolean
  /** True if the record is right except for its age. */
  rolledBack?: boolean
}

/** Cause for a block of which almost every byte differs, as in an encrypted file. */
export const OVERWRITTEN = 'nothing of it verifies; looks encrypted or overwritten'

/** Share of different bytes in an overwritten block. Two random blocks have one equal byte in 256. */
const OVERWRITTEN_SHARE = 0.95

/**
 * Explains a record with an invalid checksum. It is `torn` if its sectors come from different blocks that were sent there
 * (or were never written), and `flipped` if bytes differ. `candidates` are all blocks sent to this slot.
 */
export function diagnose({ block, state, sequence }: ListedSlot, candidates: Candidate[]): Judgement {
  if (!block) {
    const written = candidates.some((candidate) => !candidate.seeded && candidate.sequence === sequence)
    return { kind: written ? 'torn' : 'flipped', cause: `${state}; not read byte by byte`, at: 0, unread: true }
  }
  const sources = sectorSources(block, candidates)
  if (sources) return { kind: 'torn', cause: `${state}; sectors ${sources}`, at: 0 }
  const [nearest] = [...candidates, BLANK]
    .map((candidate) => {
      const different = differences(block, candidate.block)
      return { candidate, different, zeroed: different.every((at) => block[at] === 0) }
    })
    // A largely zeroed block resembles an empty slot most. Prefer the record that it was.
    .sort((one, other) => Number(other.zeroed) - Number(one.zeroed) || one.different.length - other.different.length)
  const { candidate, different, zeroed } = nearest ?? { candidate: BLANK, different: [], zeroed: false }
  if (different.length > OVERWRITTEN_SHARE * RECORD_BYTES && !zeroed) {
    return { kind: 'flipped', cause: OVERWRITTEN, at: 0 }
  }
  return { kind: 'flipped', cause: `${state}; ${describe(block, candidate, different, zeroed)}`, at: different[0] ?? 0 }
}

function describe(block: Buffer, candidate: Candidate, different: number[], zeroed: boolean): string {
  const against = candidate === BLANK ? 'compared with an empty slot' : `compared with sequence ${candidate.sequence}`
  const shown = different.slice(0, 4).map((at) => `byte ${at} is ${hex(block[at])}, was ${hex(candidate.block[at])}`)
  if (zeroed && different.length > shown.length) {
    return `${against}: bytes ${different[0] ?? 0}-${different.at(-1) ?? 0} are zeros`
  }
  const more = different.length > shown.length ? ` and ${different.length - shown.length} bytes more` : ''
  return `${against}: ${shown.join(', ')}${more}`
}

const hex = (byte: number | undefined): string => `0x${(byte ?? 0).toString(16).padStart(2, '0')}`

function differences(block: Buffer, other: Buffer): number[] {
  const different: number[] = []
  for (let at = 0; at < RECORD_BYTES; at++) if (block[at] !== other[at]) different.push(at)
  return different
}

/** Content of a slot that was never written. */
const BLANK: Candidate = { sequence: -1, seeded: false, block: Buffer.alloc(RECORD_BYTES) }

/**
 * Source of each sector, such as `0 of sequence 7, 1-7 of sequence 3`. Null if a sector comes from no candidate. A sector
 * that is equal in several candidates counts to the source of the sector before it.
 */
function sectorSources(block: Buffer, candidates: Candidate[]): string | null {
  const runs: { first: number; last: number; from: Candidate }[] = []
  for (let sector = 0; sector * SECTOR_BYTES < RECORD_BYTES; sector++) {
    const [start, end] = [sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES]
    const owners = [...candidates, BLANK].filter(({ block: sent }) => block.compare(sent, start, end, start, end) === 0)
    const run = runs.at(-1)
    const [owner] = owners
    if (!owner) return null
    if (run && owners.includes(run.from)) run.last = sector
    else runs.push({ first: sector, last: sector, from: owner })
  }
  const source = (from: Candidate) => (from === BLANK ? 'never written or zeroed' : `of sequence ${from.sequence}`)
  return runs
    .map(({ first, last, from }) => `${first === last ? first : `${first}-${last}`} ${source(from)}`)
    .join(', ')
}
