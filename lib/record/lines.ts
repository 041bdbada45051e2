import { readSync } from 'node:fs'

/** A line of a file, without its line end. */
export interface Line {
  /** Counted from 1. */
  number: number
  /** Bytes from the beginning of the file. */
  offset: number
  /** Bytes, including the line end. */
  length: number
  /** Content of the line. Empty if the line is too long. */
  bytes: Buffer
  /** True if the line is longer than any fact. */
  isTooLong: boolean
}

/** Consecutive lines of a file. */
export interface LineRange {
  offset: number
  /** Bytes, including the line ends. */
  length: number
  /** Number of the first line. */
  line: number
}

const CHUNK_BYTES = 1 << 20
const NEWLINE = 0x0a
/** Maximum length of a line. A longer one could exceed the 512 MiB limit of a string. */
const LONGEST_BYTES = 384 << 20
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * Reads the lines of an open file. Memory does not exceed the longest line. Removes byte order marks, because concatenated
 * files have several.
 */
export function* readLines(descriptor: number): Generator<Line> {
  let pending: Buffer[] = []
  let [number, offset, position, lengthBytes] = [1, 0, 0, 0]
  const add = (part: Buffer) => {
    lengthBytes += part.length
    if (lengthBytes > LONGEST_BYTES) pending = []
    else if (part.length > 0) pending.push(part)
  }
  const take = (endBytes: number): Line => {
    const [length, isTooLong] = [lengthBytes + endBytes, lengthBytes > LONGEST_BYTES]
    const line = { number, offset, length, bytes: withoutMark(join(pending)), isTooLong }
    pending = []
    lengthBytes = 0
    offset += length
    number++
    return line
  }
  for (;;) {
    const chunk = readAt(descriptor, position, CHUNK_BYTES)
    if (chunk.length === 0) break
    position += chunk.length
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, end))
      yield take(1)
      from = end + 1
    }
    add(chunk.subarray(from))
  }
  if (lengthBytes > 0) yield take(0)
}

/** Reads the lines of a part of an open file. None of them may be too long. */
export function* readRange(descriptor: number, { offset, length, line }: LineRange): Generator<Line> {
  const part = readAt(descriptor, offset, length)
  let [number, from] = [line, 0]
  while (from < part.length) {
    const end = part.indexOf(NEWLINE, from)
    const to = end === -1 ? part.length : end
    const next = end === -1 ? to : to + 1
    const bytes = withoutMark(part.subarray(from, to))
    yield { number, offset: offset + from, length: next - from, bytes, isTooLong: false }
    number++
    from = next
  }
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const count = readSync(descriptor, buffer, filled, length - filled, position + filled)
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
}

const join = (parts: Buffer[]): Buffer =>
  parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)

const withoutMark = (bytes: Buffer): Buffer =>
  bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes
