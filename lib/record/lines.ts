import { readSync } from 'node:fs'

/** A line of a file, without its end. */
export interface Line {
  /** Counted from 1. */
  number: number
  /** In bytes from the beginning of the file. */
  offset: number
  /** In bytes, with its end. */
  length: number
  bytes: Buffer
}

/** Several lines that stand together in a file. */
export interface LineRange {
  offset: number
  /** In bytes, with the ends of the lines. */
  length: number
  /** Number of the first line. */
  line: number
}

const CHUNK_BYTES = 1 << 20
const NEWLINE = 0x0a
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** The lines of an open file, without holding more of it than the longest line. A byte order mark is no part of the first. */
export function* readLines(descriptor: number): Generator<Line> {
  let pending: Buffer[] = []
  let [number, offset, position] = [1, 0, 0]
  for (;;) {
    const chunk = readAt(descriptor, position, CHUNK_BYTES)
    if (chunk.length === 0) break
    position += chunk.length
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const bytes = join(pending, chunk.subarray(from, end))
      pending = []
      yield { number, offset, length: bytes.length + 1, bytes: withoutMark(bytes, number) }
      offset += bytes.length + 1
      number++
      from = end + 1
    }
    if (from < chunk.length) pending.push(chunk.subarray(from))
  }
  const last = join(pending, Buffer.alloc(0))
  if (last.length > 0) yield { number, offset, length: last.length, bytes: withoutMark(last, number) }
}

/** The lines of a part of an open file. */
export function* readRange(descriptor: number, { offset, length, line }: LineRange): Generator<Line> {
  const part = readAt(descriptor, offset, length)
  let [number, from] = [line, 0]
  while (from < part.length) {
    const end = part.indexOf(NEWLINE, from)
    const to = end === -1 ? part.length : end
    const next = end === -1 ? to : to + 1
    const bytes = withoutMark(part.subarray(from, to), number)
    yield { number, offset: offset + from, length: next - from, bytes }
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

const join = (pending: Buffer[], last: Buffer): Buffer =>
  pending.length === 0 ? last : Buffer.concat([...pending, last])

const withoutMark = (bytes: Buffer, number: number): Buffer =>
  number === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? bytes.subarray(3) : bytes
