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
export function tellUnreadable({ lines, drills }: Unreadable): string | null {
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
