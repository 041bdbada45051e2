import { createHash } from 'node:crypto'

export const BLOCK_BYTES = 65_536
/** Hexadecimal digits of a block's hash: the first 16 bytes of its SHA-256. */
const HASH_DIGITS = 32

/** A file as `ledger tree` found it. */
export interface TreeFile {
  /** From the top of the volume. */
  path: string
  size: number
  /** Permissions in octal, such as `0644`. */
  mode: string
  /** Of each 64 KiB, in hex. */
  blocks: string[]
  /** Runs of sectors that are all zeros, in bytes. */
  zeros: [from: number, to: number][]
  /** Why it cannot be read, else null. */
  reason: string | null
}

/** The files of a volume, by path. */
export type Tree = Map<string, TreeFile>

/** Parses what `ledger tree` printed. A listing that was cut, changed or ended by an error is an error, never a smaller volume. */
export function parseTree(text: string): Tree {
  const endStart = text.lastIndexOf('\n', text.length - 2) + 1
  const end = parseLine(text.slice(endStart))
  if (typeof end?.error === 'string') throw new Error(`the files could not be listed: ${end.error}`)
  if (!text.endsWith('\n') || typeof end?.files !== 'number' || typeof end.sha256 !== 'string')
    throw new Error(`the listing of the files was cut: it ends with ${JSON.stringify(text.slice(-80))}`)
  const lines = text.slice(0, endStart)
  const hash = createHash('sha256').update(lines).digest('hex')
  if (hash !== end.sha256) throw new Error(`the listing's lines give SHA-256 ${hash}, its end says ${end.sha256}`)
  const files = lines.split('\n').slice(0, -1).map(parseFile)
  return new Map(files.map((file) => [file.path, file]))
}

function parseLine(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line) as Record<string, unknown> | null
  } catch (error) {
    // Half a line is what a cut listing ends with; the caller says so.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function parseFile(line: string, index: number): TreeFile {
  const file = parseLine(line)
  const { path, size, mode, blocks, zeros = [], reason = null } = file ?? {}
  if (typeof path !== 'string' || typeof size !== 'number' || typeof mode !== 'string' || typeof blocks !== 'string')
    throw new Error(`line ${index + 1} of the listing is that of no file: ${line.slice(0, 120)}`)
  const hashes = blocks.match(new RegExp(`.{${HASH_DIGITS}}`, 'g')) ?? []
  return { path, size, mode, blocks: hashes, zeros: zeros as TreeFile['zeros'], reason: reason as string | null }
}
