/** What a tar member is; `bytes` is the length of what follows its header. */
export interface TarMember {
  path: string
  kind: 'file' | 'folder' | 'link'
  /** Permission bits. */
  mode: number
  bytes: number
  /** Where a link points. */
  target?: string
}

const blockBytes = 512
const types = { file: '0', link: '2', folder: '5' }
const largestBytes = 8 ** 11 - 1

/** Two blocks of zeros end a tar. */
export const endOfTar = Buffer.alloc(2 * blockBytes)

/**
 * The ustar header of a member, owned by root and dated 1970, so that the same content gives the same tar.
 * Errors: a path or link longer than 100 bytes, or a file of 8 GiB and more, which ustar cannot hold.
 */
export function tarHeader(member: TarMember): Buffer {
  const name = member.kind === 'folder' ? `${member.path}/` : member.path
  const target = member.target ?? ''
  if (Buffer.byteLength(name) > 100 || Buffer.byteLength(target) > 100 || member.bytes > largestBytes) {
    throw new Error(`"${name}" does not fit into a tar: path and link take 100 bytes at most, a file less than 8 GiB`)
  }
  const header = Buffer.alloc(blockBytes)
  header.write(name, 0)
  header.write(octal(member.mode, 7), 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  header.write(octal(member.bytes, 11), 124)
  header.write(octal(0, 11), 136)
  header.write('        ', 148)
  header.write(types[member.kind], 156)
  header.write(target, 157)
  header.write('ustar\u000000', 257)
  const checksum = header.reduce((sum, byte) => sum + byte, 0)
  header.write(`${octal(checksum, 6)}\u0000 `, 148)
  return header
}

/** The zeros after a member's content. */
export function tarPadding(bytes: number): Buffer {
  return Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes)
}

/** Bytes that a member takes in all. */
export function tarBytes(member: TarMember): number {
  return blockBytes + member.bytes + tarPadding(member.bytes).length
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
