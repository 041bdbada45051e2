import { type ClockTrouble, doubtClock, sumUncertainty } from './uncertainty.ts'
import { type DrillEvidence, type FactOf, provenFindings, select } from './evidence.ts'
import { clockToleranceMs } from './recovery.ts'
import type { Measured } from './measure.ts'
import { answer, type Answer, type Part } from './answer.ts'
import { CODES } from './codes.ts'

/** Null where the drill neither made a backup nor needed one. */
export function judgeBackup(evidence: Measured): Answer<'backup'> | null {
  const { facts, backup, expectations, fault, isDataLost } = evidence
  const [requested, ended] = [select(facts, 'backup.requested'), select(facts, 'backup.ended')]
  if (requested.length === 0 && ended.length === 0 && expectations?.restore === false) return null
  if (backup === null) return answer('backup.none-ended', 'no backup was seen to end')
  const open = requested.find(({ name }) => !ended.some((end) => end.name === name))
  if (open) return answer('backup.unfinished', `backup "${open.name}" was not seen to end`)
  const mayFail = expectations === null ? null : expectations.backupMayFail
  const answers = ended.map((end) => judgeOneBackup(end, mayFail, isDataLost, fault))
  const worst = findAnswer(answers, 'fail') ?? findAnswer(answers, 'inconclusive')
  if (worst) return worst
  if (backup.kind === 'backup.found') return judgeFound(backup, fault, isDataLost)
  const request = requested.find(({ name }) => name === backup.name)
  if (!request) return answer('backup.not-requested', `backup "${backup.name}" ended and was never requested`)
  if (fault && request.at > fault.between[1])
    return answer(
      'backup.requested-late',
      `backup "${backup.name}" was requested after the fault: it protects from nothing`,
    )
  const { endedMs } = backup.operation
  // By the cluster's clock, which tells whole seconds.
  if (fault && endedMs !== null && expectations?.restore === true && endedMs > fault.between[1] + 1000)
    return answer('backup.ended-late', `backup "${backup.name}" ended after the fault: it may hold what the fault left`)
  return answers.find(({ code }) => code === 'backup.failed-honestly') ?? answers[0] ?? null
}

const findAnswer = (answers: Answer<'backup'>[], verdict: Part['verdict']): Answer<'backup'> | undefined =>
  answers.find(({ code }) => CODES[code].verdict === verdict)

/** One that the tool made by its own clock: it must have ended before the fault struck. */
function judgeFound(
  found: FactOf<'backup.found'>,
  fault: DrillEvidence['fault'],
  isDataLost: boolean,
): Answer<'backup'> {
  const endedMs = found.operation.endedMs
  if (endedMs === null) return answer('backup.end-unknown', `backup "${found.name}" does not say when it ended`)
  if (fault && endedMs > fault.between[1])
    return answer('backup.ended-late', `backup "${found.name}" ended after the fault: it was not there to restore from`)
  return judgeOneBackup(found, false, isDataLost, fault)
}

/** `mayFail` is null where it is not known whether it may. */
function judgeOneBackup(
  { name, operation, at }: FactOf<'backup.ended' | 'backup.found'>,
  mayFail: boolean | null,
  isDataLost: boolean,
  fault: DrillEvidence['fault'],
): Answer<'backup'> {
  const { state, succeeded, bytes, endedMs } = operation
  if (state.trim() === '') return answer('backup.no-state', `backup "${name}" reported no state`)
  if (!succeeded) {
    const ended = `backup "${name}" ended as "${state}"`
    if (mayFail === null) return answer('backup.failed-without-plan', `${ended}; whether it may is not known`)
    if (!mayFail) return answer('backup.failed', ended)
    if (fault !== null && endsAtLatest(endedMs ?? at) < fault.between[0])
      return answer('backup.failed-early', `${ended} before the fault came: it disturbed nothing`)
    return answer(
      'backup.failed-honestly',
      `backup "${name}" did not succeed and says so ("${state}"), as it may in this drill`,
    )
  }
  if (bytes === 0)
    return isDataLost
      ? answer('backup.lost-data', `backup "${name}" says "${state}", moved zero bytes, and data is lost`)
      : answer('backup.zero-bytes', `backup "${name}" says "${state}" and moved zero bytes`)
  if (bytes === null || !(bytes > 0 && bytes < Infinity))
    return answer('backup.size-unknown', `backup "${name}" says "${state}" and does not say how many bytes it moved`)
  const durationMs = measureOperation(operation)
  if (durationMs === null && operation.startedMs !== null && endedMs !== null)
    return answer('backup.clock-jumped', `backup "${name}" ended before it started: the clock jumped`)
  return answer('backup.succeeded', `backup "${name}" ended as "${state}"`)
}

/** A backup that was disturbed and says that it succeeded must be seen to hold everything. Null where none claims that. */
export function judgeBackupContent(evidence: DrillEvidence): Answer<'backup-content'> | null {
  const { facts, expectations, backup, fault, incompleteWriteLog } = evidence
  if (expectations?.backupMayFail !== true || !backup?.operation.succeeded) return null
  const claim = `backup "${backup.name}" says "${backup.operation.state}"`
  const proved = select(facts, 'backup.proved').find(({ name }) => name === backup.name)
  if (!proved) return answer('backup-content.not-checked', `${claim}, and what it holds was not looked at`)
  const { operation, check } = proved
  if (!operation.succeeded)
    return answer('backup-content.not-restorable', `${claim}, and its restore ended as "${operation.state}"`)
  const proven = provenFindings(check.findings, evidence)
  const first = proven[0] ?? check.findings[0]
  if (first) {
    const told = `${claim}, and ${first.kind} in "${first.file}" at ${first.offset}: ${first.detail}`
    return proven.length > 0
      ? answer('backup-content.damaged', told)
      : answer('backup-content.unproven-damage', `${told}; but ${incompleteWriteLog?.reason ?? ''}`)
  }
  if (check.error !== null)
    return answer('backup-content.unreadable', `${claim}, and what it holds could not be read: ${check.error}`)
  if (!(check.objects > 0)) return answer('backup-content.empty', `${claim}, and holds no record`)
  const seeded = select(facts, 'integrity.checked').find(({ phase }) => phase === 'seeded')?.check.objects ?? 0
  if (check.objects < seeded)
    return answer(
      'backup-content.partly-read',
      `${claim}, and only ${check.objects} of ${seeded} records of it were read`,
    )
  // Its last second, as the cluster's clock has no finer one.
  const endedMs = backup.operation.endedMs ?? backup.at
  if (fault !== null && fault.between[0] >= endedMs)
    return answer(
      'backup-content.not-disturbed',
      `the fault came after backup "${backup.name}" had ended: it disturbed nothing`,
    )
  return answer('backup-content.whole', `${claim}, and each of its ${check.objects} records is right`)
}

/** Null where nothing had to be restored. */
export function judgeRestore({ facts, restore, ended, expectations, clock }: DrillEvidence): Answer<'restore'> | null {
  if (expectations?.restore !== true && restore === null) return null
  if (restore === null) {
    // Who was interrupted did not fail.
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
    // Who was interrupted could not do it again.
    const interrupted = expectations?.restoreMayFail === true && ended?.error !== null
    if (interrupted) return answer('restore.not-repeated', `${how}, and was not done again`)
    // Of several restores the last one counts: a clock that jumped may hide which that is.
    const doubtMs = Math.max(
      0,
      ...restores.filter(isRival(failed, clock)).map(({ at }) => sumUncertainty(clock, at, failed.at)),
    )
    return counted.length < restores.length && doubtMs > 0
      ? doubtClock('restore.clock-doubt', doubtMs, how)
      : answer('restore.failed', how)
  }
  const hasty = restores.find(({ operation, claim }) => operation.succeeded && claim === 'gone')
  if (hasty)
    return answer(
      'restore.before-claim',
      `restore of "${hasty.name}" says "${hasty.operation.state}" before its claim was there`,
    )
  const { startedMs, endedMs, bytes } = restore.operation
  if (startedMs !== null && endedMs !== null && measureOperation(restore.operation) === null)
    return answer('restore.clock-jumped', `restore of "${restore.name}" ended before it started: the clock jumped`)
  if (bytes === 0)
    return answer(
      'restore.zero-bytes',
      `restore of "${restore.name}" says "${restore.operation.state}" and moved zero bytes`,
    )
  if (restore.operation.state.trim() === '')
    return answer('restore.no-state', `restore of "${restore.name}" reported no state`)
  const request = select(facts, 'restore.requested').find(({ name }) => name === restore.name)
  if (!request) return answer('restore.not-requested', `restore of "${restore.name}" ended and was never requested`)
  if (
    ![...select(facts, 'backup.ended'), ...select(facts, 'backup.found')].some(
      ({ name, at }) => name === restore.name && at <= request.at + clockToleranceMs,
    )
  )
    return answer('restore.foreign-backup', `what was restored, "${restore.name}", is no backup of this drill`)
  if (select(facts, 'restore.requested').some(({ claim }) => claim === 'there'))
    return answer(
      'restore.claim-not-lost',
      `restore of "${restore.name}" was requested while the claim was still there: it was never lost`,
    )
  if (expectations?.restore === true && !expectations.outage && !expectations.corruption)
    return answer('restore.loss-not-seen', `nobody saw that what "${restore.name}" brought back had been lost`)
  return answer('restore.succeeded', `restore of "${restore.name}" ended as "${restore.operation.state}"`)
}

/** Holds for a restore that succeeded, and may have been the later one by a clock that jumped in between. */
const isRival =
  (failed: FactOf<'restore.ended'>, clock: ClockTrouble[]) =>
  ({ operation, at }: FactOf<'restore.ended'>): boolean =>
    operation.succeeded && Math.abs(at - failed.at) <= sumUncertainty(clock, at, failed.at)

/** The last moment that a time by the cluster's clock can mean: it tells whole seconds, unless a tool has its own. */
const endsAtLatest = (ms: number): number => (ms % 1000 === 0 ? ms + 999 : ms)

/** By the cluster's clock; null where the tool does not say, or says nonsense. */
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
