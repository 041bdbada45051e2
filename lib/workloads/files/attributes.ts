import { z } from 'zod'
import { FILE_ATTRIBUTES, type FileAttribute, type Finding, type KeptAttribute } from '../../record/facts.ts'
import { shortenMiddle } from '../../output/shorten.ts'
import { compareTrees } from './compare.ts'
import type { Attributes, Tree, TreeFile } from './tree.ts'

/** Maximum number of examples of an attribute. */
const MAX_EXAMPLES = 3
const MAX_SHOWN = 120
/** A longer chain of folders is deep. */
const DEEP_FOLDERS = 20
const LONG_NAME_BYTES = 255
/** Files that are older than this are old. */
const OLD_BEFORE_MS = Date.UTC(1980, 0)
const HOLE_BYTES = 65_536

/** The tree with every attribute, as it was made. */
export interface AttributeTree {
  tree: Tree
  /** Why an attribute is not in the tree, by its code. */
  missing: Partial<Record<FileAttribute, string>>
}

const made = z.object({ missing: z.partialRecord(z.enum(FILE_ATTRIBUTES), z.string()) })

/** Parses the output of `volume attributes`. Throws if it names an unknown attribute. */
export const parseMissing = (output: string): AttributeTree['missing'] => made.parse(JSON.parse(output)).missing

type Entry = TreeFile & { attributes: Attributes }

/** An attribute of entries that are there. */
interface Property {
  /** Whether the comparison of the entry shows something about the attribute. */
  concerns: (was: Entry, is: Entry) => boolean
  /** The value, for people. It is kept if it is the same. */
  value: (entry: Entry) => string
  /** Replaces the comparison of the values. */
  isKept?: (was: Entry, is: Entry) => boolean
}

/** What an entry stands for. If it is not there, this attribute was not kept. */
type Existence = Extract<
  FileAttribute,
  'fifo' | 'symlink' | 'empty-folder' | 'deep-folder' | 'hard-link' | 'content' | `name-${string}`
>

const isFile = ({ attributes }: Entry): boolean => attributes.type === 'file'
const isLink = ({ attributes }: Entry): boolean => attributes.type === 'symlink'
const isFolder = ({ attributes }: Entry): boolean => attributes.type === 'folder'
const always = (): boolean => true

const specialBits = ({ mode }: Entry): number => parseInt(mode, 8) >> 9
const timeMs = ({ attributes }: Entry): number => Number(BigInt(attributes.mtimeNs) / 1_000_000n)
const NS = 1_000_000_000n
/** Nanoseconds within the second, which are never negative. */
const fraction = ({ attributes }: Entry): bigint => ((BigInt(attributes.mtimeNs) % NS) + NS) % NS
const seconds = (entry: Entry): string => String((BigInt(entry.attributes.mtimeNs) - fraction(entry)) / NS)
const nanoseconds = ({ attributes }: Entry): string => attributes.mtimeNs

/** Extended attributes whose names match, as text. */
const xattrs =
  (names: RegExp) =>
  ({ attributes: { xattrs: all, unseen } }: Entry): string =>
    unseen === ''
      ? Object.entries(all)
          .filter(([name]) => names.test(name))
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([name, value]) => `${name}=${value}`)
          .join(' ')
      : `not read: ${unseen}`

const extended = (names: RegExp): Property => {
  const value = xattrs(names)
  return { value, concerns: (was, is) => was.attributes.unseen === '' && (value(was) !== '' || value(is) !== '') }
}

const holes = ({ size, allocated = size }: Entry): number => size - allocated

const properties = {
  content: {
    concerns: (was) => isFile(was),
    value: ({ size, blocks, reason }) => reason ?? `${size} bytes, ${blocks.join('')}`,
  },
  permissions: {
    concerns: (was) => !isLink(was),
    value: ({ mode }) => (parseInt(mode, 8) & 0o777).toString(8).padStart(4, '0'),
  },
  'special-bits': {
    concerns: (was, is) => !isLink(was) && (specialBits(was) !== 0 || specialBits(is) !== 0),
    value: (entry) => specialBits(entry).toString(8),
  },
  owner: { concerns: always, value: ({ attributes: { uid } }) => String(uid) },
  group: { concerns: always, value: ({ attributes: { gid } }) => String(gid) },
  acl: extended(/^system\.posix_acl_/),
  capability: extended(/^security\.capability$/),
  xattr: extended(/^user\./),
  time: { concerns: (was) => isFile(was) && timeMs(was) >= OLD_BEFORE_MS, value: seconds },
  'old-time': { concerns: (was) => isFile(was) && timeMs(was) < OLD_BEFORE_MS, value: seconds },
  'time-fraction': {
    concerns: (was) => isFile(was) && fraction(was) !== 0n,
    value: (entry) => String(fraction(entry)).padStart(9, '0'),
  },
  'folder-time': { concerns: isFolder, value: nanoseconds },
  'symlink-time': { concerns: isLink, value: nanoseconds },
  holes: {
    concerns: (was) => isFile(was) && holes(was) > HOLE_BYTES,
    value: ({ size, allocated = size }) => `${allocated} of ${size} bytes on the disk`,
    isKept: (was, is) => holes(is) > holes(was) / 2,
  },
} as const satisfies Partial<Record<FileAttribute, Property>>

/**
 * Compares a tree with the one that was made. Entries and contents that are missing or wrong are findings. Everything else
 * is counted by attribute. An attribute counts only entries that are there; the attribute that made an entry special counts
 * the entries that are not there too.
 */
export function compareAttributeTrees(
  found: Tree,
  { tree, missing }: AttributeTree,
): { findings: Finding[]; attributes: KeptAttribute[] } {
  const counts = new Map<FileAttribute, KeptAttribute>(
    FILE_ATTRIBUTES.map((attribute) => {
      const reason = missing[attribute]
      return [
        attribute,
        { attribute, entries: 0, kept: 0, examples: [], ...(reason === undefined ? {} : { missing: reason }) },
      ]
    }),
  )
  const count = (attribute: FileAttribute, file: string, was: string, is: string, isKept: boolean): void => {
    const row = counts.get(attribute)
    if (row === undefined) return
    row.entries += 1
    if (isKept) row.kept += 1
    else if (row.examples.length < MAX_EXAMPLES)
      row.examples.push({ file, was: shortenMiddle(was, MAX_SHOWN), is: shortenMiddle(is, MAX_SHOWN) })
  }
  const folders = new Set([...tree.keys()].map(parentOf))
  const findings: Finding[] = []
  for (const was of tree.values()) {
    requireAttributes(was)
    const existence = existenceOf(was, folders)
    const is = found.get(was.path)
    if (is !== undefined) requireAttributes(is)
    const type = is?.attributes.type ?? 'not there'
    if (is === undefined || type !== was.attributes.type) {
      count(existence, was.path, was.attributes.type, type, false)
      const detail = is === undefined ? 'is not there' : `is a ${type}, was a ${was.attributes.type}`
      // A pipe holds no data.
      if (existence !== 'fifo') findings.push({ kind: 'lost', file: fileOf(was.path), offset: 0, detail })
      continue
    }
    if (existence !== 'content') {
      const identity = ({ attributes: { target, link } }: Entry): string => target || link || was.attributes.type
      count(existence, was.path, identity(was), identity(is), identity(was) === identity(is))
    }
    for (const [attribute, property] of Object.entries(properties) as [keyof typeof properties, Property][]) {
      if (!property.concerns(was, is)) continue
      const [before, now] = [property.value(was), property.value(is)]
      count(attribute, was.path, before, now, property.isKept?.(was, is) ?? before === now)
    }
  }
  for (const path of found.keys())
    if (!tree.has(path))
      findings.push({ kind: 'phantom', file: fileOf(path), offset: 0, detail: 'an entry that was never made' })
  return { findings: [...findings, ...compareContents(found, tree)], attributes: [...counts.values()] }
}

/** Damaged contents of the regular files that are in both trees. */
function compareContents(found: Tree, tree: Tree): Finding[] {
  const isRegular = (file?: TreeFile): boolean => file?.attributes?.type === 'file'
  const isInBoth = ([path]: [string, TreeFile]): boolean => isRegular(tree.get(path)) && isRegular(found.get(path))
  const pick = (from: Tree): Tree => new Map([...from].filter(isInBoth))
  return compareTrees(pick(found), { now: pick(tree) })
    .filter(({ kind }) => kind !== 'changed attribute')
    .map((finding) => ({ ...finding, file: fileOf(finding.file) }))
}

/** The path of an entry in findings. Other findings name served files. */
const fileOf = (path: string): string => `attributes/${path}`

function requireAttributes(entry: TreeFile): asserts entry is Entry {
  if (entry.attributes === undefined) throw new Error(`"${entry.path}" is listed without its attributes`)
}

const parentOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.')

function existenceOf({ path, attributes: { type, link } }: Entry, folders: ReadonlySet<string>): Existence {
  const name = bytesOf(path.slice(path.lastIndexOf('/') + 1))
  if (type === 'fifo' || type === 'symlink') return type
  if (!isText(name)) return 'name-bytes'
  if (name.length >= LONG_NAME_BYTES) return 'name-long'
  if (/^-|[^\w.-]/.test(name.toString('utf8'))) return 'name-special'
  if (path.split('/').length > DEEP_FOLDERS) return 'deep-folder'
  if (type === 'folder' && !folders.has(path)) return 'empty-folder'
  return link === '' ? 'content' : 'hard-link'
}

/** The bytes of a name that a listing has in readable form. */
function bytesOf(name: string): Buffer {
  const parts = name.split(/(\\x[0-9a-f]{2})/)
  return Buffer.concat(
    parts.map((part) => (part.startsWith('\\x') ? Buffer.from(part.slice(2), 'hex') : Buffer.from(part))),
  )
}

const isText = (name: Buffer): boolean => Buffer.from(name.toString('utf8')).equals(name)
