import { createHash } from 'node:crypto'

export const BLOCK_BYTES = 65_536
/** Hexadecimal digits of a block's hash: the first 16 bytes of its SHA-256. */
const HASH_DIGITS = 32

export const hashOf = (block: Uint8Array): string =>
  createHash('sha256').update(block).digest('hex').slice(0, HASH_DIGITS)

/** What an entry has beside its content. A listing of an earlier version has regular files only, and none of these. */
export interface Attributes {
  type: 'file' | 'folder' | 'symlink' | 'fifo' | 'socket' | 'character device' | 'block device' | 'unknown'
  uid: number
  gid: number
  /** When it was written to, in nanoseconds since the epoch. */
  mtimeNs: string
  /** Of a symbolic link, else ''. */
  target: string
  /** Number of a device, else 0. */
  device: number
  /** The first path of the same file, where it has several; else ''. */
  link: string
  /** Extended attributes, ACLs among them: name, value in hex. */
  xattrs: Record<string, string>
  /** Why the extended attributes were not looked at, else ''. */
  unseen: string
}

/** What no comparison looks at, and why. */
export const notCompared = [
  { what: 'access time', why: 'each reading changes it' },
  { what: 'change time', why: 'no program can set it, so no restore can bring it back' },
  { what: 'number of the inode', why: 'the file system chooses it' },
  { what: 'trusted and security attributes of others', why: 'only root, or nobody, may read them' },
] as const

/** An entry as `volume tree` found it. */
export interface TreeFile {
  /**
   * From the top of the volume, which is '.'. Names are bytes: what is no printable UTF-8, and the backslash, is written as
   * \xNN, so that two names are never alike.
   */
  path: string
  size: number
  /** Permissions with setuid, setgid and sticky, in octal, such as `0644`. */
  mode: string
  /** Of each 64 KiB, in hex. */
  blocks: string[]
  /** Runs of sectors that are all zeros, in bytes. */
  zeros: [from: number, to: number][]
  /** Why it cannot be read, else null. */
  reason: string | null
  /** Bytes on the disk: fewer than `size` where the file is sparse. */
  allocated?: number
  attributes?: Attributes
}

/** The files of a volume, by path. */
export type Tree = Map<string, TreeFile>

/** Parses what `volume tree` printed. A listing that was cut, changed or ended by an error is an error, never a smaller volume. */
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
  return {
    path,
    size,
    mode,
    blocks: hashes,
    zeros: zeros as TreeFile['zeros'],
    reason: reason as string | null,
    ...(typeof file?.uid === 'number' ? { allocated: Number(file.allocated), attributes: readAttributes(file) } : {}),
  }
}

/** The program leaves out what is empty. */
function readAttributes(file: Record<string, unknown>): Attributes {
  const empty = { type: 'file' as const, mtimeNs: '', target: '', device: 0, link: '', xattrs: {}, unseen: '' }
  const names = ['type', 'uid', 'gid', 'mtimeNs', 'target', 'device', 'link', 'xattrs', 'unseen']
  const given = Object.fromEntries(names.flatMap((name) => (file[name] === undefined ? [] : [[name, file[name]]])))
  return { ...empty, ...given } as Attributes
}
