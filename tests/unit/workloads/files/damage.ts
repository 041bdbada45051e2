import type { Finding, FindingKind } from '../../../../lib/record/facts.ts'
import { BLOCK_BYTES } from '../../../../lib/workloads/files/tree.ts'
import { fillPayload } from '../../../../lib/workloads/support/random-bytes.ts'

/** A plain file, and its content before some of its blocks were overwritten. */
export interface PlainFile {
  path: string
  content: Buffer
  before: Buffer
}

/** The new content of a file, null if it is deleted, and its permissions. */
export interface FileDamage {
  name: string
  kinds: FindingKind[]
  content: Buffer | null
  mode: number
  /** Expected offset of the finding. Null means the first block that differs. */
  offset: number | null
}

type Draw = (below: number) => number
type Damage = (file: PlainFile, draw: Draw) => Pick<FileDamage, 'kinds'> & Partial<FileDamage>

const SECTOR = 512
export const WHOLE_MODE = 0o644

const garbage = (length: number, draw: Draw) => fillPayload(new Uint8Array(length), draw(1 << 30), 1)

function overwrite({ content }: PlainFile, at: number, bytes: Uint8Array): Buffer {
  const changed = Buffer.from(content)
  changed.set(bytes.subarray(0, content.length - at), at)
  return changed
}

const blockOf = (content: Buffer, index: number) => content.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES)

const damages: Record<string, Damage> = {
  'single bit': (file, draw) => {
    const at = draw(file.content.length)
    const flipped = file.content.readUInt8(at) ^ (1 << draw(8))
    return { kinds: ['flipped'], content: overwrite(file, at, Buffer.from([flipped])) }
  },
  'garbage in a sector': (file, draw) => {
    const at = draw(Math.ceil(file.content.length / SECTOR)) * SECTOR
    return { kinds: ['flipped'], content: overwrite(file, at, garbage(SECTOR * (1 + draw(2)), draw)) }
  },
  'garbage of 64 KiB': (file, draw) => {
    return { kinds: ['flipped'], content: overwrite(file, draw(file.content.length), garbage(BLOCK_BYTES, draw)) }
  },
  'zeroed sectors': (file, draw) => {
    const at = draw(Math.ceil(file.content.length / SECTOR)) * SECTOR
    return { kinds: ['torn'], offset: at, content: overwrite(file, at, Buffer.alloc(SECTOR * (1 + draw(128)))) }
  },
  swapped: (file, draw) => {
    const count = Math.floor(file.content.length / BLOCK_BYTES)
    if (count < 2) return { kinds: [] }
    const [one, other] = [draw(count), draw(count)]
    const moved = overwrite(file, one * BLOCK_BYTES, blockOf(file.content, other))
    return {
      kinds: ['misdirected'],
      content: overwrite({ ...file, content: moved }, other * BLOCK_BYTES, blockOf(file.content, one)),
    }
  },
  stale: ({ before }) => ({ kinds: ['stale'], content: before }),
  truncated: ({ content }, draw) => {
    const size = draw(content.length)
    return { kinds: ['truncated'], offset: size, content: content.subarray(0, size) }
  },
  deleted: () => ({ kinds: ['lost'], offset: 0, content: null }),
  permissions: ({ content }, draw) => {
    return { kinds: ['changed attribute'], offset: 0, content, mode: [0, 0o200, 0o600, 0o666][draw(4)] ?? 0 }
  },
}

export const fileDamageNames = Object.keys(damages).sort()

/** Damages a file in the named way. Null if that would change nothing. */
export function damageFile(name: string, file: PlainFile, draw: Draw): FileDamage | null {
  if (file.content.length === 0 && name !== 'deleted' && name !== 'permissions') return null
  const { content = file.content, kinds = [], ...damage } = damages[name]?.(file, draw) ?? {}
  const damaged = { name, kinds, content, mode: WHOLE_MODE, offset: null, ...damage }
  return content?.equals(file.content) === true && damaged.mode === WHOLE_MODE ? null : damaged
}

/** Tests whether each changed block is in a finding, and whether the findings name the damage and its offset. */
export function recogniseDamage(
  { content, kinds, offset }: FileDamage,
  file: PlainFile,
  findings: Finding[],
): { detected: boolean; named: boolean } {
  const here = findings.filter((finding) => finding.file === file.path)
  const changed = content?.length === file.content.length ? findChanged(content, file.content) : []
  const covering = changed.map((index) => here.find((finding) => covers(finding, index)))
  const begins = offset ?? (changed[0] ?? NaN) * BLOCK_BYTES
  return {
    detected: here.length > 0 && covering.every((finding) => finding !== undefined),
    named: here[0]?.offset === begins && here.every(({ kind }) => kinds.includes(kind)),
  }
}

function findChanged(content: Buffer, before: Buffer): number[] {
  const blocks = Array.from({ length: Math.ceil(content.length / BLOCK_BYTES) }, (_, index) => index)
  return blocks.filter((index) => !blockOf(content, index).equals(blockOf(before, index)))
}

function covers({ detail }: Finding, index: number): boolean {
  const [, first, last] = /^blocks? (\d+)(?:-(\d+))? of/.exec(detail) ?? []
  return Number(first) <= index && index <= Number(last ?? first)
}
