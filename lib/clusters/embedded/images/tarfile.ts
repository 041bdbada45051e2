import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { endOfTar, tarHeader, tarPadding } from './tar.ts'

type Put = (block: Buffer) => Promise<void>

/** A tar that is being written, member after member, at positions of its own, so that a header can be written late. */
export class TarFile {
  private position = 0
  constructor(private readonly file: FileHandle) {}

  async add(path: string, text: string): Promise<void> {
    const content = Buffer.from(text)
    await this.write(tarHeader({ path, kind: 'file', mode: 0o644, bytes: content.length }))
    await this.write(Buffer.concat([content, tarPadding(content.length)]))
  }

  /**
   * Adds a member of `bytes` whose path is known only when all of it is written, as it holds its SHA-256, which is
   * returned.
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
