import zlib from 'node:zlib'
import { codeOf } from '../system/file-error.ts'
import type { StoredObject } from './answers.ts'
import type { Bucket } from './s3.ts'

/** What a search for known texts found in some objects. */
export interface Searched<Name extends string> {
  objects: number
  /** Size of all objects in bytes, and of those that were read. */
  bytes: number
  searchedBytes: number
  /** For each name, whether one of its texts was found. */
  found: Record<Name, boolean>
  /** True if every byte was read, and every compressed object could be opened. */
  isComplete: boolean
}

/** Larger content is not opened: a compressed object of some bytes can be of any size. */
const LARGEST_OPENED = 512 * 1024 * 1024

/**
 * Searches objects for texts, as they are stored and after decompression (gzip, zlib, and zstd from Node 22.15 on). Reads at most
 * `limitBytes`, small objects first. Errors: the store refuses or does not answer.
 */
export async function searchObjects<Name extends string>(
  bucket: Pick<Bucket, 'get'>,
  objects: readonly StoredObject[],
  texts: Readonly<Record<Name, readonly Buffer[]>>,
  limitBytes: number,
): Promise<Searched<Name>> {
  const names = Object.keys(texts) as Name[]
  const found = Object.fromEntries(names.map((name) => [name, false])) as Record<Name, boolean>
  let searchedBytes = 0
  let isComplete = true
  for (const { key, bytes } of [...objects].sort((one, other) => one.bytes - other.bytes)) {
    if (searchedBytes + bytes > limitBytes) {
      isComplete = false
      break
    }
    const content = await bucket.get(key)
    searchedBytes += content.length
    const opened = open(content)
    if (opened === 'unreadable') isComplete = false
    const readable = opened instanceof Buffer ? [content, opened] : [content]
    for (const name of names) found[name] ||= texts[name].some((text) => readable.some((one) => one.includes(text)))
  }
  return { objects: objects.length, bytes: sum(objects), searchedBytes, found, isComplete }
}

const sum = (objects: readonly StoredObject[]): number => objects.reduce((total, { bytes }) => total + bytes, 0)

interface Format {
  begins: (content: Buffer) => boolean
  /** Undefined if this version of Node cannot open the format. */
  open: ((content: Buffer, options: { maxOutputLength: number }) => Buffer) | undefined
}

const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: Format['open'] }

const formats: readonly Format[] = [
  { begins: (content) => content[0] === 0x1f && content[1] === 0x8b, open: zlib.gunzipSync },
  {
    begins: (content) => content[0] === 0x78 && content.length > 1 && content.readUInt16BE(0) % 31 === 0,
    open: zlib.inflateSync,
  },
  { begins: (content) => content.subarray(0, ZSTD.length).equals(ZSTD), open: zstdDecompressSync },
]

/** The decompressed content. Null if it is not compressed. Encrypted content may begin like a compressed one. */
function open(content: Buffer): Buffer | null | 'unreadable' {
  const format = formats.find(({ begins }) => begins(content))
  if (format === undefined) return null
  if (format.open === undefined) return 'unreadable'
  try {
    return format.open(content, { maxOutputLength: LARGEST_OPENED })
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return 'unreadable'
    if (codeOf(error)?.startsWith('Z_') === true) return null
    throw error
  }
}
