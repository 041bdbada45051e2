import type { Finding, IntegrityCheck, Write } from '../../record/facts.ts'
import { formatClock } from '../../verdict/interval.ts'
import type { ExpectedState } from '../support/read-back.ts'
import { bySlot, newestHeld } from '../support/writes.ts'
import { compareTrees } from './compare.ts'
import { pathOf, seededContent, writtenContent } from './content.ts'
import { BLOCK_BYTES, hashOf, type Tree, type TreeFile } from './tree.ts'

/** Permissions of every file, as set by the server and by the seeding program. */
const MODE = '0664'

/** A content that a file may have. */
interface Version {
  sequence: number
  file: TreeFile
}

/**
 * Compares the files that were read with those that were seeded and written. A file is right if it holds any content
 * that was sent to it. Its sequence number shows how recent the content is.
 */
export function checkFiles(found: Tree, expected: ExpectedState): IntegrityCheck {
  const { seeded, heldBeforeMs = -Infinity } = expected
  const writes = bySlot(expected.writes)
  const newest = newestHeld(expected.writes, heldBeforeMs)
  const slots = [...new Set([...Array(seeded).keys(), ...writes.keys()])].sort((one, other) => one - other)
  const findings: Finding[] = []
  const there: [slot: number, sequence: number][] = []
  for (const slot of slots) {
    const sent = writes.get(slot) ?? []
    const versions = versionsOf(slot, sent, expected)
    const file = found.get(pathOf(slot))
    const version = file && versions.find((one) => isSame(one.file, file))
    const held = newest.get(slot) ?? null
    if (sent.length > 0) there.push([slot, version?.sequence ?? -1])
    if (file === undefined) {
      if (slot < seeded || held !== null) findings.push(missing(slot, held))
    } else if (version === undefined) findings.push(...describeDamage(file, versions))
    else if (held !== null && version.sequence < held.sequence) findings.push(rolledBack(slot, version, held))
  }
  const known = new Set(slots.map(pathOf))
  const files = [...found.values()].filter(isFile)
  const foreign = files.filter(({ path }) => !known.has(path))
  return {
    objects: files.length - foreign.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    findings: [...findings, ...foreign.map(({ path }) => finding('phantom', path, 'a file that was never written'))],
    slots: there,
    error: null,
  }
}

const isFile = ({ attributes }: TreeFile): boolean => attributes === undefined || attributes.type === 'file'

/** The contents that the file may have, oldest first. */
function versionsOf(slot: number, writes: readonly Write[], { seed, seeded }: ExpectedState): Version[] {
  const path = pathOf(slot)
  const seededVersion = slot < seeded ? [{ sequence: slot, file: describe(path, seededContent(seed, slot)) }] : []
  const written = writes.map(({ sequence }) => ({ sequence, file: describe(path, writtenContent(seed, sequence)) }))
  return [...seededVersion, ...written]
}

function describe(path: string, content: Uint8Array): TreeFile {
  const blocks: string[] = []
  for (let at = 0; at < content.length; at += BLOCK_BYTES) blocks.push(hashOf(content.subarray(at, at + BLOCK_BYTES)))
  return { path, size: content.length, mode: MODE, blocks, zeros: [], reason: null }
}

const isSame = (one: TreeFile, other: TreeFile): boolean =>
  other.reason === null &&
  one.size === other.size &&
  one.mode === other.mode &&
  one.blocks.every((block, index) => block === other.blocks[index])

/** Compares a damaged file with the most similar content: one of the same size, else the newest. */
function describeDamage(file: TreeFile, versions: Version[]): Finding[] {
  const nearest = versions.findLast((one) => one.file.size === file.size) ?? versions.at(-1)
  if (nearest === undefined) return [finding('phantom', file.path, 'a file that was never written')]
  const now = new Map([[file.path, nearest.file]])
  const earlier = versions.filter((one) => one !== nearest).map((one) => new Map([[file.path, one.file]]))
  return compareTrees(new Map([[file.path, file]]), { now, earlier })
}

function missing(slot: number, held: Write | null): Finding {
  return finding('lost', pathOf(slot), held === null ? 'the file is not there' : 'the acknowledged file is not there')
}

/** Finding for a file with a correct content that is older than an acknowledged one. */
function rolledBack(slot: number, version: Version, held: Write): Finding {
  const acknowledged = formatClock(held.acknowledgedMs ?? 0)
  const detail = `holds sequence ${version.sequence}, though ${held.sequence} was acknowledged at ${acknowledged}`
  return finding('stale', pathOf(slot), detail)
}

const finding = (kind: Finding['kind'], file: string, detail: string): Finding => ({ kind, file, offset: 0, detail })
