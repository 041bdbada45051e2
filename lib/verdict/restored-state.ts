import { compareWithLimit, widen, formatClock } from './interval.ts'
import { doubtClock, sumUncertainty } from './uncertainty.ts'
import type { Consistency } from './consistency.ts'
import { select } from './evidence.ts'
import { formatDuration } from '../system/quantity.ts'
import { clockToleranceMs } from './recovery.ts'
import type { Measured } from './measure.ts'
import { answer, type Answer } from './answer.ts'

/**
 * Whether the restored state is the state of one moment, as after a crash. Strategies that copy the files of a running
 * service one after another do not promise this. For them a mixture is reported and does not fail the drill. Null if
 * nothing was restored, or if the workload does not list its writes.
 */
export function judgePointInTime({
  planned,
  restore,
  expectations,
  readBack,
  loss,
}: Measured): Answer<'point-in-time'> | null {
  if (restore === null || planned?.loss?.by === 'none') return null
  const promised = expectations?.pointInTime === true
  const unknown = (why: string) =>
    promised
      ? answer('point-in-time.unknown', why)
      : answer('point-in-time.not-promised', `${why}; the strategy does not promise a single moment`)
  if (loss === null) return unknown('whether the restored state is of one moment is not known: nothing was read back')
  if (loss.problem !== null)
    return unknown(`whether the restored state is of one moment is not known: ${loss.problem.reason}`)
  // A record that is damaged looks like one that is missing.
  if ((readBack?.check.findings.length ?? 0) > 0)
    return unknown('damaged records hide the moment of the restored state')
  const { consistency, moment } = loss
  if (consistency.seen.there + consistency.seen.missing === 0)
    return unknown('no write shows the moment of the restored state')
  if (moment === 'unknown')
    return unknown('the clock jumped, so whether the restored state is of one moment is not known')
  if (consistency.consistent) return answer('point-in-time.one', describePoint(consistency))
  const mixture = `the restored state mixes several moments: ${consistency.witness.words}`
  return promised ? answer('point-in-time.mixed', mixture) : answer('point-in-time.not-promised', `finding: ${mixture}`)
}

/**
 * Whether the restored state holds all writes that were acknowledged before its backup was requested. If not, an older
 * backup was restored. Null if no backup was requested, or if the evidence does not show it.
 */
export function judgeFreshness({ facts, restore, fault, readBack, clock, loss }: Measured): Answer<'freshness'> | null {
  if (restore?.operation.succeeded !== true || fault === null || loss === null) return null
  const requestedAt = select(facts, 'backup.requested').find(({ name }) => name === restore.name)?.at
  // A record that is damaged looks like one that is missing.
  if (requestedAt === undefined || requestedAt > fault.between[1] || (readBack?.check.findings.length ?? 0) > 0)
    return null
  const { lost, oldestLostMs } = loss.untrusted === null ? loss : loss.certain
  const acknowledgedMs = fault.between[0] - oldestLostMs
  const aheadMs = requestedAt - acknowledgedMs
  const uncertainMs = sumUncertainty(clock, acknowledgedMs, requestedAt)
  const older = `a write that was acknowledged ${formatDuration(aheadMs)} before backup "${restore.name}" was requested is missing`
  const against = compareWithLimit(widen({ low: aheadMs, high: aheadMs }, uncertainMs), clockToleranceMs)
  if (against === 'beyond' && oldestLostMs > 0) return answer('freshness.older-backup', older)
  if (loss.untrusted !== null) return null
  if (lost > 0 && uncertainMs > 0 && against !== 'within')
    return doubtClock('freshness.clock-doubt', uncertainMs, older)
  return answer(
    'freshness.current',
    `no write is missing that was acknowledged before backup "${restore.name}" was requested`,
  )
}

function describePoint({ point: [lowMs, highMs] }: Extract<Consistency, { consistent: true }>): string {
  const since = lowMs === null ? '' : ` after ${formatClock(lowMs)}`
  const until = highMs === null ? '' : ` before ${formatClock(highMs)}`
  return `the restored state is of one moment${since}${until}`
}
