import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

type Put = (block: Buffer) => Promise<void>

/** Writes a tar file, member after member. It writes at explicit positions, so that a header can follow its content. */
export class TarFile {
  private position = 0
  constructor(private readonly file: FileHandle) {}

  async add(path: string, text: string): Promise<void> {
    const content = Buffer.from(text)
    await this.write(tarHeader({ path, kind: 'file', mode: 0o644, bytes: content.length }))
    await this.write(Buffer.concat([content, tarPadding(content.length)]))
  }

  /**
   * Adds a member of `bytes` bytes with its SHA-256 in its path. The header is written after the content. Returns the SHA-256.
   */
  async addHashed(
    bytes: number,
    pathOf: (sha256: string) => string,
    content: (put: Put) => Promise<void>,
  ): Promise<string> {
    const headerAt = this.position
    this.position += tarHeader({ path: '', kind: 'file', mode: 0, bytes }).length
    const contentAt = this.position
    const hash = createHash('sha256')
    await content(async (block) => {
      hash.update(block)
      await this.write(block)
    })
    if (this.position - contentAt !== bytes)
      throw new Error(`${this.position - contentAt} bytes were written, not ${bytes}`)
    await this.write(tarPadding(bytes))
    const sha256 = hash.digest('hex')
    await this.writeAt(tarHeader({ path: pathOf(sha256), kind: 'file', mode: 0o644, bytes }), headerAt)
    return sha256
  }

  async end(): Promise<void> {
    await this.write(endOfTar)
  }

  private async write(block: Buffer): Promise<void> {
    await this.writeAt(block, this.position)
    this.position += block.length
  }

  private async writeAt(block: Buffer, position: number): Promise<void> {
    const { bytesWritten } = await this.file.write(block, 0, block.length, position)
    if (bytesWritten !== block.length)
      throw new Error(`only ${bytesWritten} of ${block.length} bytes were written: is the disk full?`)
  }
}

/** One member of a tar. `bytes` is the length of its content. */
export interface TarMember {
  path: string
  kind: 'file' | 'folder' | 'link'
  /** Permission bits. */
  mode: number
  bytes: number
  /** Target of a link. */
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

/** Total bytes of a member: header, content and padding. */
export function tarBytes(member: TarMember): number {
  return blockBytes + member.bytes + tarPadding(member.bytes).length
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
