// Output of `restic --json`: one JSON object a line, sizes in bytes, durations in seconds.

/** The last line of a backup. */
export interface BackupSummary {
  snapshot: string
  /** Size of the snapshot's files. */
  bytes: number
  filesNew: number
  filesChanged: number
  /** Size of the new blobs. `bytesAddedPacked` is their size after compression; null if restic does not report it. */
  bytesAdded: number
  bytesAddedPacked: number | null
  durationMs: number
}

/** The outcome of a restic command, from its log. */
export interface ResticOutput {
  backup: BackupSummary | null
  /** Bytes that a restore wrote or found in place; null if the restore did not end. */
  restoredBytes: number | null
  /** The last error, or the last line that is not JSON; null if there is neither. */
  message: string | null
  /** Number of files that could not be read or written. */
  errors: number
  /** Whether restic could not read a file of its index. Its JSON has no field for this, so this reads the text of the error. */
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
      // Restic skips files that an earlier pod of the Job has restored. It leaves out zeros.
      else output.restoredBytes = Number(line.bytes_restored ?? 0) + Number(line.bytes_skipped ?? 0)
    } else if (line.message_type === 'error') {
      output.errors += 1
      output.message = messageOf(line)
    } else if (line.message_type === 'exit_error') {
      output.message = messageOf(line)
    }
  }
  // restic writes names of repository files as `<index/…>`. The last message has the file that it could not read.
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
  const text = message ?? (error as { message?: unknown } | undefined)?.message
  return typeof text === 'string' ? text : 'no reason given'
}

function parseLine(text: string): Line | null {
  if (!text.startsWith('{')) return null
  try {
    return JSON.parse(text) as Line
  } catch {
    // A truncated line is ignored.
    return null
  }
}

/** A snapshot in a repository. */
export interface Snapshot {
  id: string
  claim: string
  /** Time at which all data was stored, on the clock of the backup's pod. */
  endedMs: number
  startedMs: number
  summary: BackupSummary
}

export const CLAIM_TAG = 'claim='

interface ListedSnapshot {
  id: string
  time: string
  tags?: string[]
  summary?: Line & { backup_start?: string; backup_end?: string }
}

/** Parses the output of `restic snapshots --json`, oldest first. Snapshots without a claim tag are ignored: meshdrill sets the tag. */
export function parseSnapshots(text: string): Snapshot[] {
  const list = JSON.parse(text) as ListedSnapshot[] | null
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

/** For each claim, the newest snapshot that had ended at a time. Fails if a claim has none. */
export function newestOfEach(snapshots: Snapshot[], claims: string[], atMs: number): Snapshot[] {
  return claims.map((claim) => {
    const own = snapshots.filter((snapshot) => snapshot.claim === claim)
    const found = own.findLast(({ endedMs }) => endedMs <= atMs)
    if (found !== undefined) return found
    const oldest = own[0] === undefined ? 'it has no snapshot' : `the oldest ended at ${iso(own[0].endedMs)}`
    throw new Error(`no snapshot of claim "${claim}" had ended by ${iso(atMs)}: ${oldest}. Next: restic snapshots`)
  })
}

const iso = (ms: number): string => new Date(ms).toISOString()
