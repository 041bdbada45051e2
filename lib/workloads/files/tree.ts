import { createHash } from 'node:crypto'

export const BLOCK_BYTES = 65_536
/** Hexadecimal digits of a block's hash: the first 16 bytes of its SHA-256. */
const HASH_DIGITS = 32

export const hashOf = (block: Uint8Array): string =>
  createHash('sha256').update(block).digest('hex').slice(0, HASH_DIGITS)

/** Attributes of an entry. Listings of an earlier version have regular files only, and no attributes. */
export interface Attributes {
  type: 'file' | 'folder' | 'symlink' | 'fifo' | 'socket' | 'character device' | 'block device' | 'unknown'
  uid: number
  gid: number
  /** Modification time in nanoseconds since the epoch. */
  mtimeNs: string
  /** Target of a symbolic link, else ''. */
  target: string
  /** Device number, else 0. */
  device: number
  /** First path of a file with several hard links, else ''. */
  link: string
  /** Extended attributes, including ACLs, by name. Values are hex. */
  xattrs: Record<string, string>
  /** Why the extended attributes were not read, else ''. */
  unseen: string
}

/** Attributes that no comparison includes, each with the reason. */
export const notCompared = [
  { what: 'access time', why: 'each read changes it' },
  { what: 'change time', why: 'no program can set it, so no restore can bring it back' },
  { what: 'inode number', why: 'the file system chooses it' },
  { what: 'trusted and security attributes of other owners', why: 'only root may read them, or no user at all' },
] as const

/** An entry as `volume tree` found it. */
export interface TreeFile {
  /**
   * Path from the top of the volume, which is '.'. Bytes that are not printable UTF-8, and the backslash, are written as
   * \xNN, so that different names stay different.
   */
  path: string
  size: number
  /** Permissions with setuid, setgid and sticky, in octal, such as `0644`. */
  mode: string
  /** Hash of each 64 KiB block, in hex. */
  blocks: string[]
  /** Ranges of zeroed sectors, in bytes. */
  zeros: [from: number, to: number][]
  /** Why the entry cannot be read, else null. */
  reason: string | null
  /** Bytes on the disk. Fewer than `size` if the file is sparse. */
  allocated?: number
  attributes?: Attributes
}

/** The files of a volume, by path. */
export type Tree = Map<string, TreeFile>

/** Parses the output of `volume tree`. Throws if it is incomplete, changed, or ends with an error. */
export function parseTree(text: string): Tree {
  const endStart = text.lastIndexOf('\n', text.length - 2) + 1
  const end = parseLine(text.slice(endStart))
  if (typeof end?.error === 'string') throw new Error(`the files could not be listed: ${end.error}`)
  if (!text.endsWith('\n') || typeof end?.files !== 'number' || typeof end.sha256 !== 'string')
    throw new Error(`the listing of the files is incomplete. It ends with ${JSON.stringify(text.slice(-80))}`)
  const lines = text.slice(0, endStart)
  const hash = createHash('sha256').update(lines).digest('hex')
  if (hash !== end.sha256) throw new Error(`the listing's lines have SHA-256 ${hash}, its last line says ${end.sha256}`)
  const files = lines.split('\n').slice(0, -1).map(parseFile)
  return new Map(files.map((file) => [file.path, file]))
}

function parseLine(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line) as Record<string, unknown> | null
  } catch (error) {
    // An incomplete listing ends with half a line. The caller throws.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function parseFile(line: string, index: number): TreeFile {
  const file = parseLine(line)
  const { path, size, mode, blocks, zeros = [], reason = null } = file ?? {}
  if (typeof path !== 'string' || typeof size !== 'number' || typeof mode !== 'string' || typeof blocks !== 'string')
    throw new Error(`line ${index + 1} of the listing describes no file: ${line.slice(0, 120)}`)
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

/** Adds the defaults of attributes that the program leaves out. */
function readAttributes(file: Record<string, unknown>): Attributes {
  const empty = { type: 'file' as const, mtimeNs: '', target: '', device: 0, link: '', xattrs: {}, unseen: '' }
  const names = ['type', 'uid', 'gid', 'mtimeNs', 'target', 'device', 'link', 'xattrs', 'unseen']
  const given = Object.fromEntries(names.flatMap((name) => (file[name] === undefined ? [] : [[name, file[name]]])))
  return { ...empty, ...given } as Attributes
}
