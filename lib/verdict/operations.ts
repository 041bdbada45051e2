import { type ClockTrouble, doubtClock, sumUncertainty } from './uncertainty.ts'
import { type DrillEvidence, type FactOf, provenFindings, select } from './evidence.ts'
import { clockToleranceMs } from './recovery.ts'
import type { Measured } from './measure.ts'
import { answer, type Answer, type Part } from './answer.ts'
import { CODES } from './codes.ts'

/** Why the bytes of an operation and the state of claims are not judged. */
const NO_VOLUME = 'moved bytes and claims do not apply, because the service has no volume'

/** Null if the drill neither made nor needed a backup. */
export function judgeBackup(evidence: Measured): Answer<'backup'> | null {
  const { facts, backup, expectations, fault } = evidence
  const [requested, ended] = [select(facts, 'backup.requested'), select(facts, 'backup.ended')]
  if (requested.length === 0 && ended.length === 0 && expectations?.restore === false) return null
  if (backup === null) return answer('backup.none-ended', 'no backup was seen to end')
  const open = requested.find(({ name }) => !ended.some((end) => end.name === name))
  if (open) return answer('backup.unfinished', `backup "${open.name}" was not seen to end`)
  const mayFail = expectations === null ? null : expectations.backupMayFail
  const answers = ended.map((end) => judgeOneBackup(end, mayFail, evidence))
  const worst = findAnswer(answers, 'fail') ?? findAnswer(answers, 'inconclusive')
  if (worst) return worst
  if (backup.kind === 'backup.found') return judgeFound(backup, evidence)
  const request = requested.find(({ name }) => name === backup.name)
  if (!request) return answer('backup.not-requested', `backup "${backup.name}" ended, but it was never requested`)
  if (fault && request.at > fault.between[1])
    return answer('backup.requested-late', `backup "${backup.name}" was requested only after the fault`)
  const { endedMs } = backup.operation
  // The cluster's clock has a resolution of one second.
  if (fault && endedMs !== null && expectations?.restore === true && endedMs > fault.between[1] + 1000)
    return answer('backup.ended-late', `backup "${backup.name}" ended after the fault, so it may hold damaged data`)
  return answers.find(({ code }) => code === 'backup.failed-honestly') ?? answers[0] ?? null
}

const findAnswer = (answers: Answer<'backup'>[], verdict: Part['verdict']): Answer<'backup'> | undefined =>
  answers.find(({ code }) => CODES[code].verdict === verdict)

/** Judges a backup that the tool made on its own schedule. It must have ended before the fault. */
function judgeFound(found: FactOf<'backup.found'>, evidence: Measured): Answer<'backup'> {
  const { fault } = evidence
  const endedMs = found.operation.endedMs
  if (endedMs === null) return answer('backup.end-unknown', `backup "${found.name}" does not report when it ended`)
  if (fault && endedMs > fault.between[1])
    return answer(
      'backup.ended-late',
      `backup "${found.name}" ended after the fault, so it was not available for the restore`,
    )
  return judgeOneBackup(found, false, evidence)
}

/** `mayFail` is null if no plan says whether the backup may fail. */
function judgeOneBackup(
  { name, operation, at }: FactOf<'backup.ended' | 'backup.found'>,
  mayFail: boolean | null,
  { planned, isDataLost, fault }: Measured,
): Answer<'backup'> {
  const { state, succeeded, bytes, endedMs } = operation
  if (state.trim() === '') return answer('backup.no-state', `backup "${name}" reported no state`)
  if (!succeeded) {
    const ended = `backup "${name}" ended as "${state}"`
    if (mayFail === null) return answer('backup.failed-without-plan', `${ended}, and no plan says whether it may`)
    if (!mayFail) return answer('backup.failed', ended)
    if (fault !== null && endsAtLatest(endedMs ?? at) < fault.between[0])
      return answer('backup.failed-early', `${ended} before the fault could disturb it`)
    return answer(
      'backup.failed-honestly',
      `backup "${name}" failed and reported it ("${state}"), as this drill allows`,
    )
  }
  if (bytes === 0 && (planned?.withoutVolume !== true || isDataLost))
    return isDataLost
      ? answer('backup.lost-data', `backup "${name}" reported "${state}", but it moved zero bytes, and data is lost`)
      : answer('backup.zero-bytes', `backup "${name}" reported "${state}", but it moved zero bytes`)
  if (planned?.withoutVolume !== true && (bytes === null || !(bytes > 0 && bytes < Infinity)))
    return answer('backup.size-unknown', `backup "${name}" reported "${state}" but not how many bytes it moved`)
  const durationMs = measureOperation(operation)
  if (durationMs === null && operation.startedMs !== null && endedMs !== null)
    return answer('backup.clock-jumped', `backup "${name}" ended before it started: the clock jumped`)
  if (planned?.withoutVolume === true)
    return answer('backup.no-volume', `backup "${name}" ended as "${state}"; ${NO_VOLUME}`)
  return answer('backup.succeeded', `backup "${name}" ended as "${state}"`)
}

/** A disturbed backup that reported success must be shown to hold all records. Null if no such backup was restored. */
export function judgeBackupContent(evidence: DrillEvidence): Answer<'backup-content'> | null {
  const { facts, expectations, backup, fault, incompleteWriteLog } = evidence
  if (expectations?.backupMayFail !== true || !backup?.operation.succeeded) return null
  const claim = `backup "${backup.name}" reported "${backup.operation.state}"`
  const proved = select(facts, 'backup.proved').find(({ name }) => name === backup.name)
  if (!proved) return answer('backup-content.not-checked', `${claim}, and its content was not checked`)
  const { operation, check } = proved
  if (!operation.succeeded)
    return answer('backup-content.not-restorable', `${claim}, and its restore ended as "${operation.state}"`)
  const proven = provenFindings(check.findings, evidence)
  const first = proven[0] ?? check.findings[0]
  if (first) {
    const description = `${claim}, and ${first.kind} in "${first.file}" at ${first.offset}: ${first.detail}`
    return proven.length > 0
      ? answer('backup-content.damaged', description)
      : answer('backup-content.unproven-damage', `${description}; but ${incompleteWriteLog?.reason ?? ''}`)
  }
  if (check.error !== null)
    return answer('backup-content.unreadable', `${claim}, and its content could not be read: ${check.error}`)
  if (!(check.objects > 0)) return answer('backup-content.empty', `${claim}, and it holds no record`)
  const seeded = select(facts, 'integrity.checked').find(({ phase }) => phase === 'seeded')?.check.objects ?? 0
  if (check.objects < seeded)
    return answer(
      'backup-content.partly-read',
      `${claim}, and only ${check.objects} of ${seeded} records of it were read`,
    )
  // The end has a resolution of one second: the cluster's clock has no finer one.
  const endedMs = backup.operation.endedMs ?? backup.at
  if (fault !== null && fault.between[0] >= endedMs)
    return answer(
      'backup-content.not-disturbed',
      `the fault came after backup "${backup.name}" had ended, so it was not disturbed`,
    )
  return answer('backup-content.whole', `${claim}, and each of its ${check.objects} records is right`)
}

/** Null if no restore was needed and none was made. */
export function judgeRestore({
  facts,
  planned,
  restore,
  ended,
  expectations,
  clock,
}: DrillEvidence): Answer<'restore'> | null {
  if (expectations?.restore !== true && restore === null) return null
  if (restore === null) {
    // An interrupted drill did not fail to restore.
    const stopped = ended?.error !== null
    return stopped
      ? answer('restore.none-ended', 'no restore was seen to end')
      : answer('restore.never-tried', 'nothing was restored')
  }
  const restores = select(facts, 'restore.ended')
  const counted = expectations?.restoreMayFail === true ? restores.slice(-1) : restores
  const failed = counted.find(({ operation }) => !operation.succeeded)
  if (failed) {
    const how = `restore of "${failed.name}" ended as "${failed.operation.state}"`
    // An interrupted drill could not repeat the restore.
    const interrupted = expectations?.restoreMayFail === true && ended?.error !== null
    if (interrupted) return answer('restore.not-repeated', `${how}, and was not repeated`)
    // The last of several restores counts. If the clock jumped, it may be unclear which one was the last.
    const doubtMs = Math.max(
      0,
      ...restores.filter(mayBeLater(failed, clock)).map(({ at }) => sumUncertainty(clock, at, failed.at)),
    )
    return counted.length < restores.length && doubtMs > 0
      ? doubtClock('restore.clock-doubt', doubtMs, how)
      : answer('restore.failed', how)
  }
  const premature = restores.find(({ operation, claim }) => operation.succeeded && claim === 'gone')
  if (premature)
    return answer(
      'restore.before-claim',
      `restore of "${premature.name}" reported "${premature.operation.state}" before its volume claim existed`,
    )
  const { startedMs, endedMs, bytes } = restore.operation
  if (startedMs !== null && endedMs !== null && measureOperation(restore.operation) === null)
    return answer('restore.clock-jumped', `restore of "${restore.name}" ended before it started: the clock jumped`)
  if (bytes === 0 && planned?.withoutVolume !== true)
    return answer(
      'restore.zero-bytes',
      `restore of "${restore.name}" reported "${restore.operation.state}", but it moved zero bytes`,
    )
  if (restore.operation.state.trim() === '')
    return answer('restore.no-state', `restore of "${restore.name}" reported no state`)
  const request = select(facts, 'restore.requested').find(({ name }) => name === restore.name)
  if (!request) return answer('restore.not-requested', `restore of "${restore.name}" ended, but it was never requested`)
  if (
    ![...select(facts, 'backup.ended'), ...select(facts, 'backup.found')].some(
      ({ name, at }) => name === restore.name && at <= request.at + clockToleranceMs,
    )
  )
    return answer('restore.foreign-backup', `the restored backup "${restore.name}" is not a backup of this drill`)
  if (select(facts, 'restore.requested').some(({ claim }) => claim === 'there'))
    return answer(
      'restore.claim-not-lost',
      `restore of "${restore.name}" was requested while its volume claim still existed`,
    )
  if (expectations?.restore === true && !expectations.outage && !expectations.corruption)
    return answer('restore.loss-not-seen', `the loss of the data that "${restore.name}" restored was not seen`)
  if (planned?.withoutVolume === true)
    return answer(
      'restore.no-volume',
      `restore of "${restore.name}" ended as "${restore.operation.state}"; ${NO_VOLUME}`,
    )
  return answer('restore.succeeded', `restore of "${restore.name}" ended as "${restore.operation.state}"`)
}

/** True for a restore that succeeded and may be later than the failed one, because the clock jumped in between. */
const mayBeLater =
  (failed: FactOf<'restore.ended'>, clock: ClockTrouble[]) =>
  ({ operation, at }: FactOf<'restore.ended'>): boolean =>
    operation.succeeded && Math.abs(at - failed.at) <= sumUncertainty(clock, at, failed.at)

/**
 * The latest moment that a time of the cluster's clock can mean. It shows whole seconds, unless a tool has a finer
 * clock.
 */
const endsAtLatest = (ms: number): number => (ms % 1000 === 0 ? ms + 999 : ms)

/** Duration by the cluster's clock. Null if the tool does not report both times, or reports invalid ones. */
export function measureOperation({
  startedMs,
  endedMs,
}: {
  startedMs: number | null
  endedMs: number | null
}): number | null {
  if (startedMs === null || endedMs === null) return null
  return endedMs >= startedMs && endedMs < Infinity ? endedMs - startedMs : null
}
