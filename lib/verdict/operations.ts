import { type ClockTrouble, doubtClock, sumUncertainty } from './uncertainty.ts'
import { type DrillEvidence, type FactOf, provenFindings, select } from './evidence.ts'
import { clockToleranceMs } from './recovery.ts'
import { fail, inconclusive, pass, type Part } from './result.ts'

/** Null where the drill neither made a backup nor needed one. `dataLost`: records or acknowledged writes are gone. */
export function judgeBackup(evidence: DrillEvidence, dataLost: boolean): Part | null {
  const part = 'backup'
  const { facts, backup, expectations, fault } = evidence
  const [requested, ended] = [select(facts, 'backup.requested'), select(facts, 'backup.ended')]
  if (requested.length === 0 && ended.length === 0 && expectations?.restore === false) return null
  if (backup === null) return inconclusive(part, 'no backup was seen to end')
  const open = requested.find(({ name }) => !ended.some((end) => end.name === name))
  if (open) return inconclusive(part, `backup "${open.name}" was not seen to end`)
  const mayFail = expectations === null ? null : expectations.backupMayFail
  const parts = ended.map((end) => judgeOneBackup(end, mayFail, dataLost, fault))
  const worst =
    parts.find(({ verdict }) => verdict === 'fail') ?? parts.find(({ verdict }) => verdict === 'inconclusive')
  if (worst) return worst
  if (backup.kind === 'backup.found') return judgeFound(backup, fault, dataLost)
  const request = requested.find(({ name }) => name === backup.name)
  if (!request) return inconclusive(part, `backup "${backup.name}" ended and was never requested`)
  if (fault && request.at > fault.between[1])
    return inconclusive(part, `backup "${backup.name}" was requested after the fault: it protects from nothing`)
  const { endedMs } = backup.operation
  // By the cluster's clock, which tells whole seconds.
  if (fault && endedMs !== null && expectations?.restore === true && endedMs > fault.between[1] + 1000)
    return inconclusive(part, `backup "${backup.name}" ended after the fault: it may hold what the fault left`)
  return parts.find(({ reason }) => reason.includes('did not succeed')) ?? parts[0] ?? null
}

/** One that the tool made by its own clock: it must have ended before the fault struck. */
function judgeFound(found: FactOf<'backup.found'>, fault: DrillEvidence['fault'], dataLost: boolean): Part {
  const endedMs = found.operation.endedMs
  if (endedMs === null) return inconclusive('backup', `backup "${found.name}" does not say when it ended`)
  if (fault && endedMs > fault.between[1])
    return inconclusive('backup', `backup "${found.name}" ended after the fault: it was not there to restore from`)
  return judgeOneBackup(found, false, dataLost, fault)
}

/** `mayFail` is null where it is not known whether it may. */
function judgeOneBackup(
  { name, operation, at }: FactOf<'backup.ended' | 'backup.found'>,
  mayFail: boolean | null,
  dataLost: boolean,
  fault: DrillEvidence['fault'],
): Part {
  const part = 'backup'
  const { state, succeeded, bytes, endedMs } = operation
  if (state.trim() === '') return inconclusive(part, `backup "${name}" reported no state`)
  if (!succeeded) {
    const ended = `backup "${name}" ended as "${state}"`
    if (mayFail === null) return inconclusive(part, `${ended}; whether it may is not known`)
    if (!mayFail) return fail(part, ended)
    if (fault !== null && endsAtLatest(endedMs ?? at) < fault.between[0])
      return inconclusive(part, `${ended} before the fault came: it disturbed nothing`)
    return pass(part, `backup "${name}" did not succeed and says so ("${state}"), as it may in this drill`)
  }
  if (bytes === 0)
    return dataLost
      ? fail(part, `backup "${name}" says "${state}", moved zero bytes, and data is lost`)
      : inconclusive(part, `backup "${name}" says "${state}" and moved zero bytes`)
  if (bytes === null || !(bytes > 0 && bytes < Infinity))
    return inconclusive(part, `backup "${name}" says "${state}" and does not say how many bytes it moved`)
  const durationMs = measureOperation(operation)
  if (durationMs === null && operation.startedMs !== null && endedMs !== null)
    return inconclusive(part, `backup "${name}" ended before it started: the clock jumped`)
  return pass(part, `backup "${name}" ended as "${state}"`)
}

/** A backup that was disturbed and says that it succeeded must be seen to hold everything. Null where none claims that. */
export function judgeClaim(evidence: DrillEvidence): Part | null {
  const { facts, expectations, backup, fault, untold } = evidence
  const part = 'claim'
  if (expectations?.backupMayFail !== true || !backup?.operation.succeeded) return null
  const claim = `backup "${backup.name}" says "${backup.operation.state}"`
  const proved = select(facts, 'backup.proved').find(({ name }) => name === backup.name)
  if (!proved) return inconclusive(part, `${claim}, and what it holds was not looked at`)
  const { operation, check } = proved
  if (!operation.succeeded) return fail(part, `${claim}, and its restore ended as "${operation.state}"`)
  const proven = provenFindings(check.findings, evidence)
  const first = proven[0] ?? check.findings[0]
  if (first) {
    const told = `${claim}, and ${first.kind} in "${first.file}" at ${first.offset}: ${first.detail}`
    return proven.length > 0 ? fail(part, told) : inconclusive(part, `${told}; but ${untold ?? ''}`)
  }
  if (check.error !== null) return inconclusive(part, `${claim}, and what it holds could not be read: ${check.error}`)
  if (!(check.objects > 0)) return fail(part, `${claim}, and holds no record`)
  const seeded = select(facts, 'integrity.checked').find(({ phase }) => phase === 'seeded')?.check.objects ?? 0
  if (check.objects < seeded)
    return inconclusive(part, `${claim}, and only ${check.objects} of ${seeded} records of it were read`)
  // Its last second, as the cluster's clock has no finer one.
  const endedMs = backup.operation.endedMs ?? backup.at
  if (fault !== null && fault.between[0] >= endedMs)
    return inconclusive(part, `the fault came after backup "${backup.name}" had ended: it disturbed nothing`)
  return pass(part, `${claim}, and each of its ${check.objects} records is right`)
}

/** Null where nothing had to be restored. */
export function judgeRestore({ facts, restore, ended, expectations, clock }: DrillEvidence): Part | null {
  const part = 'restore'
  if (expectations?.restore !== true && restore === null) return null
  if (restore === null) {
    // Who was interrupted did not fail.
    const stopped = ended?.error !== null
    return stopped ? inconclusive(part, 'no restore was seen to end') : fail(part, 'nothing was restored')
  }
  const restores = select(facts, 'restore.ended')
  const counted = expectations?.restoreMayFail === true ? restores.slice(-1) : restores
  const failed = counted.find(({ operation }) => !operation.succeeded)
  if (failed) {
    const how = `restore of "${failed.name}" ended as "${failed.operation.state}"`
    // Who was interrupted could not do it again.
    const interrupted = expectations?.restoreMayFail === true && ended?.error !== null
    if (interrupted) return inconclusive(part, `${how}, and was not done again`)
    // Of several restores the last one counts: a clock that jumped may hide which that is.
    const doubtMs = Math.max(
      0,
      ...restores.filter(isRival(failed, clock)).map(({ at }) => sumUncertainty(clock, at, failed.at)),
    )
    return counted.length < restores.length && doubtMs > 0 ? doubtClock(part, doubtMs, how) : fail(part, how)
  }
  const hasty = restores.find(({ operation, claim }) => operation.succeeded && claim === 'gone')
  if (hasty) return fail(part, `restore of "${hasty.name}" says "${hasty.operation.state}" before its claim was there`)
  const { startedMs, endedMs, bytes } = restore.operation
  if (startedMs !== null && endedMs !== null && measureOperation(restore.operation) === null)
    return inconclusive(part, `restore of "${restore.name}" ended before it started: the clock jumped`)
  if (bytes === 0)
    return inconclusive(part, `restore of "${restore.name}" says "${restore.operation.state}" and moved zero bytes`)
  if (restore.operation.state.trim() === '') return inconclusive(part, `restore of "${restore.name}" reported no state`)
  const request = select(facts, 'restore.requested').find(({ name }) => name === restore.name)
  if (!request) return inconclusive(part, `restore of "${restore.name}" ended and was never requested`)
  if (
    ![...select(facts, 'backup.ended'), ...select(facts, 'backup.found')].some(
      ({ name, at }) => name === restore.name && at <= request.at + clockToleranceMs,
    )
  )
    return inconclusive(part, `what was restored, "${restore.name}", is no backup of this drill`)
  if (select(facts, 'restore.requested').some(({ claim }) => claim === 'there'))
    return inconclusive(
      part,
      `restore of "${restore.name}" was requested while the claim was still there: it was never lost`,
    )
  if (expectations?.restore === true && !expectations.outage && !expectations.corruption)
    return inconclusive(part, `nobody saw that what "${restore.name}" brought back had been lost`)
  return pass(part, `restore of "${restore.name}" ended as "${restore.operation.state}"`)
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
