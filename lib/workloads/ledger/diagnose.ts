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
  /** The block was not in the listing: it is taken for one more like the slot before it, where that one was overwritten. */
  unread?: boolean
  /** The record is right but for its age. */
  rolledBack?: boolean
}

/** The cause where nothing of a block is left: that of an encrypted file, slot by slot. */
export const OVERWRITTEN = 'nothing of it verifies; looks encrypted or overwritten'

/** Of the bytes of a block; two random ones share one in 256. */
const OVERWRITTEN_SHARE = 0.95

/**
 * Says what happened to a record that does not verify: `torn` where its sectors come from different blocks that were
 * sent there (or were never written), `flipped` where bytes differ. `candidates` are all blocks sent to this slot.
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
    // A block of which much was zeroed is nearer to an empty one, and yet is not that.
    .sort((one, other) => Number(other.zeroed) - Number(one.zeroed) || one.different.length - other.different.length)
  const { candidate, different, zeroed } = nearest ?? { candidate: BLANK, different: [], zeroed: false }
  if (different.length > OVERWRITTEN_SHARE * RECORD_BYTES && !zeroed) {
    return { kind: 'flipped', cause: OVERWRITTEN, at: 0 }
  }
  return { kind: 'flipped', cause: `${state}; ${describe(block, candidate, different, zeroed)}`, at: different[0] ?? 0 }
}

function describe(block: Buffer, candidate: Candidate, different: number[], zeroed: boolean): string {
  const against = candidate === BLANK ? 'against an empty slot' : `against sequence ${candidate.sequence}`
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

/** What a slot holds that nothing was written to. */
const BLANK: Candidate = { sequence: -1, seeded: false, block: Buffer.alloc(RECORD_BYTES) }

/**
 * Which block each sector comes from, such as `0 of sequence 7, 1-7 of sequence 3`; null where some sector comes from
 * none. A sector that several blocks share says nothing, so it counts to the one before.
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
