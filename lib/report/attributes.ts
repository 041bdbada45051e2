import { FILE_ATTRIBUTES, type FileAttribute } from '../record/facts.ts'
import { type DrillResult, isControl, nameStrategy } from '../verdict/result.ts'

/* Table of file attributes: what of them came back with each strategy. */

/** What an attribute is, for people. */
export const ATTRIBUTE_WORDS: Record<FileAttribute, string> = {
  content: 'content of regular files',
  'name-special': 'names with spaces, line breaks, quotes or a leading dash',
  'name-bytes': 'names that are not UTF-8',
  'name-long': 'names of 255 bytes',
  'deep-folder': 'paths of 2,500 bytes',
  'empty-folder': 'empty folders',
  symlink: 'symbolic links and their targets',
  'hard-link': 'hard links: several names of one file',
  fifo: 'named pipes',
  permissions: 'permissions',
  'special-bits': 'setuid, setgid and sticky bits',
  owner: 'owner',
  group: 'group',
  acl: 'ACLs',
  capability: 'capabilities of programs',
  xattr: 'extended attributes of users',
  time: 'modification time of files, in seconds',
  'old-time': 'the same before 1980',
  'time-fraction': 'fraction of a second of that time',
  'folder-time': 'modification time of folders',
  'symlink-time': 'modification time of symbolic links',
  holes: 'holes of sparse files',
}

/** Number of entries that show the attribute, and of those that have it as before. */
export interface Count {
  entries: number
  kept: number
}

export type AttributeCounts = Record<FileAttribute, Count>

/** The counts of each strategy after a restore, over all of its drills. Tools that are broken on purpose are left out. */
export function countAttributes(drills: readonly DrillResult[]): Map<string, AttributeCounts> {
  const counts = new Map<string, AttributeCounts>()
  for (const drill of drills) {
    const { integrity, restore } = drill
    if (integrity?.attributes === undefined || restore === null || isControl(drill)) continue
    const name = nameStrategy(drill)
    const own = counts.get(name) ?? noCounts()
    for (const { attribute, entries, kept } of integrity.attributes) {
      own[attribute].entries += entries
      own[attribute].kept += kept
    }
    counts.set(name, own)
  }
  return counts
}

const noCounts = (): AttributeCounts =>
  Object.fromEntries(FILE_ATTRIBUTES.map((name) => [name, { entries: 0, kept: 0 }])) as AttributeCounts

/** `–` if no entry shows it: an entry that is not there has no attributes. */
export function describeCount({ entries, kept }: Count): string {
  if (entries === 0) return '–'
  if (kept === entries) return 'kept'
  return kept === 0 ? 'lost' : `${kept} of ${entries}`
}

export const isLost = ({ entries, kept }: Count): boolean => kept < entries
