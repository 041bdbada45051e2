import { createHash } from 'node:crypto'

const STATES = [
  ...(['ok', 'empty', 'missing', 'short', 'unreadable'] as const),
  ...(['bad magic', 'bad version', 'bad length', 'bad hash'] as const),
]

export type SlotState = (typeof STATES)[number]

/** The records that the service found on the volume. */
export interface Listing {
  /** Every slot up to the end of the last file. */
  slots: ListedSlot[]
  /** The first hundred files that the service did not create. */
  others: string[]
}

/** One slot as the service read it from the disk. */
export interface ListedSlot {
  slot: number
  sequence: number
  generation: number
  /** The slot number that is stored in the record. */
  place: number
  /** Hash of the payload if the record is valid, else empty. */
  hash: string
  state: SlotState
  file: string
  offset: number
  /** The bytes of a corrupt record. Null if the record is valid, or if the listing has too many corrupt ones. */
  block: Buffer | null
  /** Why the slot is unreadable: the error of the service's kernel. */
  reason: string | null
}

/**
 * Parses the answer to `GET /records`. Throws if it is incomplete, changed, or ends with an error of the service. It must
 * not look like a smaller volume.
 */
export function parseListing(body: Buffer): Listing {
  const endStart = body.lastIndexOf('\n', -2) + 1
  const end = parseEnd(body.subarray(endStart))
  const lines = body.subarray(0, endStart)
  const hash = createHash('sha256').update(lines).digest('hex')
  if (hash !== end.sha256) throw new Error(`the listing's lines have SHA-256 ${hash}, its last line says ${end.sha256}`)
  const slots = lines.toString('latin1').split('\n').slice(0, -1).map(parseLine)
  if (slots.length !== end.slots)
    throw new Error(`the listing has ${slots.length} slots, its last line says ${end.slots}`)
  return { slots, others: end.others }
}

function parseEnd(line: Buffer): { slots: number; others: string[]; sha256: string } {
  const end = line.at(-1) === 0x0a ? parseObject(line.toString('utf8')) : null
  if (typeof end?.error === 'string') throw new Error(`the service could not read its records: ${end.error}`)
  if (typeof end?.slots !== 'number' || typeof end.sha256 !== 'string') {
    throw new Error(`the listing is incomplete. It ends with ${JSON.stringify(line.toString('latin1').slice(-80))}`)
  }
  const others = Array.isArray(end.others) ? end.others.map(String) : []
  return { slots: end.slots, others, sha256: end.sha256 }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown> | null
  } catch (error) {
    // An incomplete stream ends with half a line. The caller throws.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function parseLine(line: string, index: number): ListedSlot {
  const fields: unknown = JSON.parse(line)
  if (!Array.isArray(fields)) throw new Error(`line ${index + 1} of the listing is not an array: ${line.slice(0, 120)}`)
  const [slot, sequence, generation, place, hash, state, file, offset, more] = fields as unknown[]
  const numbers = [slot, sequence, generation, place, offset]
  const strings = [hash, state, file]
  if (
    slot !== index ||
    !numbers.every((value) => typeof value === 'number') ||
    !strings.every((value) => typeof value === 'string') ||
    !STATES.some((known) => known === state)
  ) {
    throw new Error(`line ${index + 1} of the listing does not describe slot ${index}: ${line.slice(0, 120)}`)
  }
  const reason = state === 'unreadable' ? String(more) : null
  const block = typeof more === 'string' && reason === null ? Buffer.from(more, 'base64') : null
  return { slot, sequence, generation, place, hash, state, file, offset, block, reason } as ListedSlot
}
