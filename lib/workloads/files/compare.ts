import type { Finding, FindingKind } from '../../record/facts.ts'
import { BLOCK_BYTES, type Tree, type TreeFile, type Attributes } from './tree.ts'

const words: Record<Exclude<keyof Attributes, 'xattrs' | 'unseen'>, string> = {
  type: 'its type',
  uid: 'its owner',
  gid: 'its group',
  mtimeNs: 'its time of writing, in nanoseconds,',
  target: 'its target',
  device: 'the number of its device',
  link: 'the file that it is a name of',
}

/** What differs beside the content and the permissions, a sentence each. Of a listing without attributes nothing is said. */
export function compareAttributes({ attributes: is }: TreeFile, { attributes: was }: TreeFile): string[] {
  if (is === undefined || was === undefined) return []
  const names = Object.keys(words) as (keyof typeof words)[]
  const changes = names.flatMap((name) =>
    is[name] === was[name] ? [] : [`${words[name]} is ${show(is[name])}, was ${show(was[name])}`],
  )
  // What was not looked at, then or now, is neither the same nor another.
  if (is.unseen !== '' || was.unseen !== '')
    return [...changes, ...(was.unseen === '' ? [`its extended attributes were not looked at: ${is.unseen}`] : [])]
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

/** An attribute may be there and empty. */
const showValue = (value: string | undefined): string => (value === '' ? 'empty' : show(value))

/** What a volume of plain files must hold. */
interface ExpectedTree {
  now: Tree
  /** Earlier states of it, by which a block that was rolled back is known. */
  earlier?: Tree[]
}

/** Where a block with some content was seen. */
interface Source {
  path: string
  offset: number
}

/**
 * What is wrong with a volume of plain files. There are hashes and no contents to compare with, so the offset is that of the
 * block of 64 KiB in which the damage begins; where sectors were zeroed, or a file was cut, it is exact.
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
  return [...findings, ...foreign.map((path) => nameFinding('phantom', path, 0, 'a file that nobody wrote'))]
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
  // What could not be read before either, such as another file system, is no loss.
  if (expected.reason !== null) return findings
  if (found.reason !== null) return [...findings, name('lost', 0, `cannot be read: ${found.reason}`)]
  const whole = Math.floor(Math.min(found.size, size) / BLOCK_BYTES)
  // A last block that was cut has another hash: that it is shorter says why.
  const count = found.size === size ? expected.blocks.length : whole
  findings.push(...compareBlocks(found, expected, count, known))
  if (found.size < size) findings.push(name('truncated', found.size, `has ${found.size} bytes, had ${size}`))
  if (found.size > size) findings.push(name('phantom', size, `has ${found.size} bytes, had ${size}`))
  return findings
}

/** Blocks in a row of which the same is said are one finding. */
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
  if (rolledBack) return name('stale', offset, 'holds what it held before')
  const source = known.get(hash)
  if (source) return name('misdirected', offset, `holds what belongs to "${source.path}" at ${source.offset}`)
  const zeroed = findZeroed(found, expected, [offset, offset + BLOCK_BYTES])
  if (zeroed) return name('torn', zeroed[0], `bytes ${zeroed[0]}-${zeroed[1] - 1} are zeros`)
  return name('flipped', offset, 'holds bytes that nobody wrote')
}

/** The first sectors of a block that are zeros and were none before. */
function findZeroed(found: TreeFile, expected: TreeFile, [start, end]: [number, number]): [number, number] | null {
  for (const [from, to] of found.zeros) {
    const [first, last] = [Math.max(from, start), Math.min(to, end)]
    if (first >= last) continue
    if (!expected.zeros.some(([zeroFrom, zeroTo]) => zeroFrom <= first && last <= zeroTo)) return [first, last]
  }
  return null
}

/** Where each content belongs. One that is in several places, such as zeros, says nothing of where it came from. */
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
