import type { Lab } from '../../lab/lab.ts'
import type { Backup, BackupTool } from '../tool.ts'
import {
  backUpClaims,
  backupOf,
  objectsDetail,
  resticTool,
  runningBackup,
  snapshotsOf,
  type Subject,
} from './backup.ts'
import type { TaskEnd } from './job.ts'
import type { BackupSummary, Snapshot } from './output.ts'
import { sumKnown } from '../support/times.ts'
import { backedUpBytes, resultOf } from './outcome.ts'
import { listSnapshots } from './repository.ts'

/**
 * Backs up the running service, and only moves data that changed since the last snapshot. If the repository has no snapshot,
 * a full backup comes first. Its time does not count.
 */
export function resticIncremental(): BackupTool {
  return resticTool('incremental', (lab, subject, name) => {
    let full = true
    const work = backUpTwice(lab, subject, name, () => {
      full = false
    })
    return Promise.resolve(runningBackup(lab, subject.namespace, name, { work, isMoving: () => !full }))
  })
}

async function backUpTwice(lab: Lab, subject: Subject, name: string, onIncrementalStart: () => void): Promise<Backup> {
  const { claims, repository } = subject
  const before = await listSnapshots(lab, repository)
  if (!claims.every((claim) => before.some((snapshot) => snapshot.claim === claim))) {
    const first = await backUpClaims(lab, subject, `${name}-full`)
    if (first.some(({ succeeded }) => !succeeded)) {
      const result = resultOf(first, backedUpBytes, { ...objectsDetail(subject), kind: 'full' })
      return backupOf(lab, subject, { name, result, snapshots: snapshotsOf(first) })
    }
  }
  onIncrementalStart()
  const ends = await backUpClaims(lab, subject, name)
  const details = compare(ends, await listSnapshots(lab, repository))
  const result = resultOf(ends, backedUpBytes, { ...objectsDetail(subject), kind: 'incremental', ...details })
  return backupOf(lab, subject, { name, result, snapshots: snapshotsOf(ends) })
}

/** Details of what the backup moved (`bytesAdded`), and of the first backup of each claim (`fullBytesAdded`). */
export function compare(
  ends: Pick<TaskEnd, 'claim' | 'backup'>[],
  snapshots: Snapshot[],
): Record<string, number | null> {
  const second = ends.flatMap(({ backup }) => backup ?? [])
  const first = ends.flatMap(({ claim }) => snapshots.find((snapshot) => snapshot.claim === claim)?.summary ?? [])
  return { ...totals('', second, ends.length), ...totals('full', first, ends.length) }
}

/** Sums of the summaries; null if not all `expected` summaries are known. */
function totals(prefix: string, summaries: BackupSummary[], expected: number): Record<string, number | null> {
  const total = (read: (summary: BackupSummary) => number | null): number | null =>
    summaries.length === expected ? sumKnown(summaries.map(read)) : null
  const named = (name: string) => (prefix === '' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`)
  return {
    [named('bytesAdded')]: total(({ bytesAddedPacked, bytesAdded }) => bytesAddedPacked ?? bytesAdded),
    [named('bytesAddedUnpacked')]: total(({ bytesAdded }) => bytesAdded),
    [named('filesChanged')]: total(({ filesChanged }) => filesChanged),
    [named('filesNew')]: total(({ filesNew }) => filesNew),
    [named('durationMs')]: total(({ durationMs }) => Math.round(durationMs)),
  }
}
