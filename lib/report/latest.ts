import { lstatSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { codeOf, describeFileError } from '../system/file-error.ts'
import { removeLeftovers, temporaryName } from './replace-together.ts'
import type { UnreadableLine } from '../record/parse.ts'

/** Lines of `events.jsonl` that could not be read. */
export interface Unreadable {
  lines: UnreadableLine[]
  /** Ids of the drills that these lines may belong to. None of them can pass. */
  drills: string[]
}

/** More lines and drills than these are counted, not listed. */
const LISTED = 10

/** Names the unreadable lines, the reasons, and the drills that cannot pass because of them; null if there are no such lines. */
export function describeUnreadable({ lines, drills }: Unreadable): string | null {
  if (lines.length === 0) return null
  const which = list(lines.map(({ line, why }) => `line ${line} (${why})`))
  const count = lines.length === 1 ? '1 line' : `${lines.length} lines`
  const effect =
    drills.length === 0
      ? 'They were of no drill'
      : `${drills.length === 1 ? '1 drill' : `${drills.length} drills`} cannot pass because of it: ${list(drills)}`
  return `${count} of events.jsonl could not be read: ${which}. ${effect}.`
}

function list(items: string[]): string {
  const rest = items.length - LISTED
  return rest > 0 ? `${items.slice(0, LISTED).join(', ')} and ${rest} more` : items.join(', ')
}

/**
 * Makes the link `latest`, beside the folder of a run, point at the run. Only a link to a folder beside it is replaced; anything
 * else of that name stays. Never fails, as results do not depend on a link.
 * @returns why `latest` does not point at the run, as a sentence; null if it does
 */
export function pointLatestAt(runFolder: string): string | null {
  const folder = resolve(runFolder)
  const link = join(dirname(folder), 'latest')
  const fresh = temporaryName(`${link}.`)
  try {
    const inTheWay = describeForeign(link)
    if (inTheWay !== null) return explain(link, folder, inTheWay)
    removeLeftovers(dirname(folder), 'latest.', 'link')
    symlinkSync(basename(folder), fresh)
    renameSync(fresh, link)
    return null
  } catch (error) {
    return explain(link, folder, describeFileError(error))
  } finally {
    removeFresh(fresh)
  }
}

/** Describes what must not be replaced at `link`; null if `link` may be replaced. */
function describeForeign(link: string): string | null {
  const found = lstatSync(link, { throwIfNoEntry: false })
  if (found === undefined) return null
  if (found.isDirectory()) return 'a folder of that name is there'
  if (!found.isSymbolicLink()) return 'a file of that name is there'
  const target = readlinkSync(link)
  return dirname(resolve(dirname(link), target)) === dirname(link) ? null : `it is a link to "${target}"`
}

const explain = (link: string, folder: string, cause: string): string =>
  `"${link}" does not point at the newest run: ${cause}, and was left as it is. The newest run is in "${folder}". ` +
  `Next: remove "${link}", and the next run makes the link again`

/** A disk on which a link cannot be made may also refuse to remove one. */
function removeFresh(fresh: string): void {
  try {
    rmSync(fresh, { force: true })
  } catch (error) {
    if (codeOf(error) === null) throw error
  }
}
