import type { Finding, FindingKind } from '../../record/facts.ts'
import { BLOCK_BYTES, type Tree, type TreeFile, type Attributes } from './tree.ts'

const words: Record<Exclude<keyof Attributes, 'xattrs' | 'unseen'>, string> = {
  type: 'its type',
  uid: 'its owner',
  gid: 'its group',
  mtimeNs: 'its modification time in nanoseconds',
  target: 'its target',
  device: 'its device number',
  link: 'the file that it is a hard link to',
}

/** Differences of attributes, one sentence each, without permissions. Empty if a listing has no attributes. */
export function compareAttributes({ attributes: is }: TreeFile, { attributes: was }: TreeFile): string[] {
  if (is === undefined || was === undefined) return []
  const names = Object.keys(words) as (keyof typeof words)[]
  const changes = names.flatMap((name) =>
    is[name] === was[name] ? [] : [`${words[name]} is ${show(is[name])}, was ${show(was[name])}`],
  )
  // Attributes that were not read, then or now, cannot be compared.
  if (is.unseen !== '' || was.unseen !== '')
    return [...changes, ...(was.unseen === '' ? [`its extended attributes were not read: ${is.unseen}`] : [])]
  const keys = [...new Set([...Object.keys(was.xattrs), ...Object.keys(is.xattrs)])].sort()
  return [
    ...changes,
    ...keys.flatMap((key) =>
      is.xattrs[key] === was.xattrs[key]
        ? []
        : [`its attribute "${key}" is ${showValue(is.xattrs[key])}, was ${showValue(was.xattrs[key])}`],
    ),
  ]
}

const show = (value: string | number | undefined): string =>
  value === undefined || value === '' ? 'none' : JSON.stringify(value)

/** Distinguishes an attribute with an empty value from a missing attribute. */
const showValue = (value: string | undefined): string => (value === '' ? 'empty' : show(value))

/** Expected content of a volume of plain files. */
interface ExpectedTree {
  now: Tree
  /** Earlier states of the volume, to recognise blocks that were rolled back. */
  earlier?: Tree[]
}

/** Place of a block. */
interface Source {
  path: string
  offset: number
}

/**
 * Finds the damage of a volume of plain files. It compares hashes of 64 KiB blocks, so the offset is that of the first
 * damaged block. For zeroed sectors and truncated files the offset is exact.
 */
export function compareTrees(found: Tree, { now, earlier = [] }: ExpectedTree): Finding[] {
  const known = indexBlocks(now)
  const findings: Finding[] = []
  for (const file of now.values()) {
    const there = found.get(file.path)
    if (there === undefined) findings.push(nameFinding('lost', file.path, 0, 'the file is not there'))
    else
      findings.push(...compareFile(there, file, { known, older: earlier.flatMap((tree) => tree.get(file.path) ?? []) }))
  }
  const foreign = [...found.keys()].filter((path) => !now.has(path))
  return [...findings, ...foreign.map((path) => nameFinding('phantom', path, 0, 'a file that was never written'))]
}

const nameFinding = (kind: FindingKind, file: string, offset: number, detail: string): Finding => {
  return { kind, file, offset, detail }
}

interface Known {
  known: Map<string, Source>
  older: TreeFile[]
}

function compareFile(found: TreeFile, expected: TreeFile, known: Known): Finding[] {
  const { path, size, mode } = expected
  const name = (kind: FindingKind, offset: number, detail: string) => nameFinding(kind, path, offset, detail)
  const findings: Finding[] = []
  if (found.mode !== mode)
    findings.push(name('changed attribute', 0, `its permissions are ${found.mode}, were ${mode}`))
  findings.push(...compareAttributes(found, expected).map((detail) => name('changed attribute', 0, detail)))
  // A file that could not be read before either, such as another file system, is no loss.
  if (expected.reason !== null) return findings
  if (found.reason !== null) return [...findings, name('lost', 0, `cannot be read: ${found.reason}`)]
  const whole = Math.floor(Math.min(found.size, size) / BLOCK_BYTES)
  // The hash of a truncated last block differs. The size explains that already.
  const count = found.size === size ? expected.blocks.length : whole
  findings.push(...compareBlocks(found, expected, count, known))
  if (found.size < size) findings.push(name('truncated', found.size, `has ${found.size} bytes, had ${size}`))
  if (found.size > size) findings.push(name('phantom', size, `has ${found.size} bytes, had ${size}`))
  return findings
}

/** Consecutive blocks with the same kind of damage become one finding. */
function compareBlocks(found: TreeFile, expected: TreeFile, count: number, known: Known): Finding[] {
  const findings: (Finding & { next: number })[] = []
  for (let index = 0; index < count; index++) {
    if (found.blocks[index] === expected.blocks[index]) continue
    const finding = judgeBlock(found, expected, index, known)
    const last = findings.at(-1)
    if (last?.next === index && last.kind === finding.kind && finding.kind !== 'misdirected') last.next = index + 1
    else findings.push({ ...finding, next: index + 1 })
  }
  return findings.map(({ next, ...finding }) => {
    const [from, to] = [Math.floor(finding.offset / BLOCK_BYTES), next - 1]
    const blocks = from === to ? `block ${from}` : `blocks ${from}-${to}`
    return { ...finding, detail: `${blocks} of 64 KiB: ${finding.detail}` }
  })
}

function judgeBlock(found: TreeFile, expected: TreeFile, index: number, { known, older }: Known): Finding {
  const [offset, hash] = [index * BLOCK_BYTES, found.blocks[index] ?? '']
  const name = (kind: FindingKind, at: number, detail: string) => nameFinding(kind, expected.path, at, detail)
  const rolledBack = older.some((file) => file.blocks[index] === hash)
  if (rolledBack) return name('stale', offset, 'holds an earlier content')
  const source = known.get(hash)
  if (source) return name('misdirected', offset, `holds what belongs to "${source.path}" at ${source.offset}`)
  const zeroed = findZeroed(found, expected, [offset, offset + BLOCK_BYTES])
  if (zeroed) return name('torn', zeroed[0], `bytes ${zeroed[0]}-${zeroed[1] - 1} are zeros`)
  return name('flipped', offset, 'holds bytes that were never written')
}

/** The first range of the block that is zeros now and was not before. Null if there is none. */
function findZeroed(found: TreeFile, expected: TreeFile, [start, end]: [number, number]): [number, number] | null {
  for (const [from, to] of found.zeros) {
    const [first, last] = [Math.max(from, start), Math.min(to, end)]
    if (first >= last) continue
    if (!expected.zeros.some(([zeroFrom, zeroTo]) => zeroFrom <= first && last <= zeroTo)) return [first, last]
  }
  return null
}

/** Maps each block's hash to its place. Hashes with several places, such as that of zeros, are left out. */
function indexBlocks(tree: Tree): Map<string, Source> {
  const sources = new Map<string, Source>()
  const shared = new Set<string>()
  for (const { path, blocks } of tree.values())
    for (const [index, hash] of blocks.entries()) {
      if (sources.has(hash)) shared.add(hash)
      else sources.set(hash, { path, offset: index * BLOCK_BYTES })
    }
  for (const hash of shared) sources.delete(hash)
  return sources
}
