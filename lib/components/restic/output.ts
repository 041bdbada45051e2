/** What restic says of itself with --json: a JSON object a line, sizes in bytes, durations in seconds. */

/** The last line of a backup. */
export interface BackupSummary {
  snapshot: string
  /** What the snapshot holds of the volume. */
  bytes: number
  filesNew: number
  filesChanged: number
  /** What had to be moved: new blobs, before and after packing. */
  bytesAdded: number
  bytesAddedPacked: number | null
  durationMs: number
}

/** What of a log matters: how it ended. */
export interface ResticOutput {
  backup: BackupSummary | null
  /** Bytes that a restore found or put in place; null where it did not come to its end. */
  restoredBytes: number | null
  /** The last thing that it said when it gave up, or lines of it that are no JSON. */
  message: string | null
  /** Files that could not be read or written. */
  errors: number
  /** Whether restic gave up on a file of its index. Its JSON has no field for this, so the text is read here and nowhere else. */
  hasUnreadableIndex: boolean
}

type Line = Record<string, unknown>

export function parseOutput(log: string): ResticOutput {
  const output: ResticOutput = {
    backup: null,
    restoredBytes: null,
    message: null,
    errors: 0,
    hasUnreadableIndex: false,
  }
  for (const text of log.split('\n')) {
    const line = parseLine(text)
    if (line === null) {
      if (text.trim() !== '') output.message = text.trim()
    } else if (line.message_type === 'summary') {
      if (typeof line.snapshot_id === 'string') output.backup = summaryOf(line, line.snapshot_id)
      // What an earlier pod of the Job had written already is skipped. restic leaves zeros out.
      else output.restoredBytes = Number(line.bytes_restored ?? 0) + Number(line.bytes_skipped ?? 0)
    } else if (line.message_type === 'error') {
      output.errors += 1
      output.message = messageOf(line)
    } else if (line.message_type === 'exit_error') {
      output.message = messageOf(line)
    }
  }
  // restic names the files of its repository as `<index/…>`, and says last what it gave up on.
  output.hasUnreadableIndex = output.message?.includes('<index/') === true
  return output
}

const summaryOf = (line: Line, snapshot: string): BackupSummary => ({
  snapshot,
  bytes: Number(line.total_bytes_processed ?? 0),
  filesNew: Number(line.files_new ?? 0),
  filesChanged: Number(line.files_changed ?? 0),
  bytesAdded: Number(line.data_added ?? 0),
  bytesAddedPacked: line.data_added_packed === undefined ? null : Number(line.data_added_packed),
  durationMs: Number(line.total_duration ?? 0) * 1000,
})

const messageOf = ({ message, error }: Line): string => {
  const said = message ?? (error as { message?: unknown } | undefined)?.message
  return typeof said === 'string' ? said : 'no reason given'
}

function parseLine(text: string): Line | null {
  if (!text.startsWith('{')) return null
  try {
    return JSON.parse(text) as Line
  } catch {
    // A line that was cut off tells nothing.
    return null
  }
}

/** A snapshot in a repository. */
export interface Snapshot {
  id: string
  claim: string
  /** When its data was all there; by the clock of the pod that made it. */
  endedMs: number
  startedMs: number
  summary: BackupSummary
}

export const CLAIM_TAG = 'claim='

interface Listed {
  id: string
  time: string
  tags?: string[]
  summary?: Line & { backup_start?: string; backup_end?: string }
}

/** The answer of `restic snapshots --json`, oldest first. A snapshot without a claim is none of ours. */
export function parseSnapshots(text: string): Snapshot[] {
  const list = JSON.parse(text) as Listed[] | null
  return (list ?? [])
    .flatMap(({ id, time, tags = [], summary = {} }) => {
      const tag = tags.find((one) => one.startsWith(CLAIM_TAG))
      if (tag === undefined) return []
      const startedMs = Date.parse(summary.backup_start ?? time)
      const endedMs = Date.parse(summary.backup_end ?? time)
      const durationMs = endedMs - startedMs
      return [
        {
          id,
          claim: tag.slice(CLAIM_TAG.length),
          startedMs,
          endedMs,
          summary: { ...summaryOf(summary, id), durationMs },
        },
      ]
    })
    .sort((one, other) => one.endedMs - other.endedMs)
}

/** For each claim, the newest snapshot that was there at a time. Fails where a claim has none. */
export function newestOfEach(snapshots: Snapshot[], claims: string[], atMs: number): Snapshot[] {
  return claims.map((claim) => {
    const own = snapshots.filter((snapshot) => snapshot.claim === claim)
    const found = own.findLast(({ endedMs }) => endedMs <= atMs)
    if (found !== undefined) return found
    const oldest = own[0] === undefined ? 'there is none at all' : `the oldest is of ${iso(own[0].endedMs)}`
    throw new Error(`no snapshot of claim "${claim}" had ended by ${iso(atMs)}: ${oldest}. Next: restic snapshots`)
  })
}

const iso = (ms: number): string => new Date(ms).toISOString()
