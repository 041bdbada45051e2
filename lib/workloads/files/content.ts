import { planWrite } from '../../load/load.ts'
import { fillPayload } from '../support/random-bytes.ts'

/* The files and their contents: plain arithmetic without imports of Node, as k6 runs it too. volume/content.go has the same. */

const HEAD_BYTES = 32
const SMALL_BYTES = 4096
const LARGE_BYTES = 262_144
/** Every eighth seeded file is large. */
const LARGE_EVERY = 8
const FOLDERS = 64
/** Size of a file that the load writes. */
const WRITTEN_BYTES = 1024

/** Path of a file below the top of the tree. Files are numbered: the slots of the load's plan. */
export function pathOf(slot: number): string {
  return `${String(slot % FOLDERS).padStart(4, '0')}/${String(slot).padStart(6, '0')}`
}

/** The number of a small seeded file near `slot`, because readers must not wait for large ones. */
export const smallSlot = (slot: number): number => (isLarge(slot) ? slot - 1 : slot)

const isLarge = (slot: number): boolean => slot % LARGE_EVERY === LARGE_EVERY - 1

/** The content that the file was seeded with. Its sequence is its own number. */
export const seededContent = (seed: number, slot: number): Uint8Array =>
  contentOf(seed, slot, isLarge(slot) ? LARGE_BYTES : SMALL_BYTES)

/** The content that a write of the load gives a file. */
export const writtenContent = (seed: number, sequence: number): Uint8Array => contentOf(seed, sequence, WRITTEN_BYTES)

/** A content begins with a line of 32 bytes that names its sequence. Random bytes follow. */
function contentOf(seed: number, sequence: number, size: number): Uint8Array {
  const content = new Uint8Array(size)
  const head = `${`sequence ${sequence}`.padEnd(HEAD_BYTES - 1)}\n`
  for (let at = 0; at < HEAD_BYTES; at++) content[at] = head.charCodeAt(at)
  fillPayload(content.subarray(HEAD_BYTES), seed, sequence)
  return content
}

/** True if every byte equals a content that was sent to this file. */
export function isMeantFor(volume: { seed: number; seeded: number }, slot: number, content: Uint8Array): boolean {
  const { seed, seeded } = volume
  const sequence = sequenceOf(content)
  if (sequence === null) return false
  if (sequence < seeded) return sequence === slot && isEqual(content, seededContent(seed, slot))
  return planWrite(sequence - seeded, seeded).slot === slot && isEqual(content, writtenContent(seed, sequence))
}

function sequenceOf(content: Uint8Array): number | null {
  const head = String.fromCharCode(...content.subarray(0, HEAD_BYTES))
  const digits = /^sequence (\d{1,15}) *\n$/.exec(head)?.[1]
  return digits === undefined ? null : Number(digits)
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}
