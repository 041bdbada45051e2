import type { ProbeSample } from '../record/facts.ts'
import { formatDuration } from '../system/quantity.ts'
import { clockToleranceMs, findOutages, isRight, type Outage, sentOf, steadyMs } from './outages.ts'
import { answer, type Answer } from './answer.ts'
import type { Interval } from './interval.ts'

export { clockToleranceMs, isRight, steadyMs } from './outages.ts'

/** A pause between probes of more than this many intervals is time without observation. */
const gapIntervals = 5

export interface ProbedOutage {
  /** In the order they were due. */
  samples: ProbeSample[]
  intervalMs: number
  timeoutMs: number
  /** The fault took effect between these two times. */
  fault: [number, number]
  /**
   * True if the fault must interrupt the service. The interruption must be seen before `before`, because the restore
   * also interrupts the service.
   */
  outageExpected: boolean
  before: number | null
  /** Probing must last at least up to here, the end of the restore. Null if nothing was restored. */
  until: number | null
}

export interface Recovery {
  rtoMs: Interval | null
  /** Lower bound of RTO, also if the recovery was not seen. Null if no lower bound is known. */
  atLeastMs: number | null
  /** Outages after the fault, in order of time. */
  outages: Outage[]
  /** True if the service was away when probing ended. */
  away: boolean
  /** Total duration of all outages. */
  unavailableMs: Interval
  /** Why there is no RTO; null if there is one. */
  problem: Answer<'rto'> | null
}

/**
 * Measures the time from the fault to the restored service, as an interval.
 *
 * Nothing is known of the time between two probes, so both ends are bounds. Let T be the time from which every request
 * is answered rightly. The last wrong probe b was still wrong when it was sent at b.sent, so T is later than b.sent.
 * Let g be the first probe of the run of right probes that lasts to the end of probing. The service answered g and all
 * later probes rightly, so T is no later than g.answered. The fault took effect between fLow and fHigh. Hence RTO = T −
 * f lies in [max(0, b.sent − fHigh), g.answered − fLow].
 *
 * The last wrong probe counts, not the first recovery. So flapping counts: a service that goes away again was not
 * restored. The run of right probes must last 3 s. A pause of more than 5 intervals may hide another outage, so the run
 * starts anew after it. This moves the upper bound behind the pause, and leaves the lower bound. If the prober stood
 * still and sent a probe late, the pause ends when that probe was sent.
 *
 * After 3 s of right answers the service is restored. From then on a pause counts only if a client would have timed out
 * in it. If no probe after the fault was wrong, RTO is zero if no outage was expected. Otherwise nothing is proven.
 */
export function measureRecovery(probed: ProbedOutage): Recovery {
  const { samples, intervalMs, fault } = probed
  const gapMs = gapIntervals * intervalMs
  const [faultLow, faultHigh] = fault
  const unknown = { rtoMs: null, atLeastMs: null, outages: [], away: false, unavailableMs: { low: 0, high: 0 } }
  const before = findDisorder(probed) ?? findUnhealthyStart(probed, gapMs)
  if (before !== null) return { ...unknown, atLeastMs: boundDoubtful(probed, before.doubtMs), problem: before.problem }

  // The fault may already affect the last probes before it.
  const after = samples.filter(([due]) => due >= faultLow - gapMs)
  const lastDue = after.at(-1)?.[0] ?? 0
  const lastWrong = after.findLastIndex((sample) => !isRight(sample, probed.timeoutMs))
  const wrong = after[lastWrong]
  const wrongMs = wrong ? sentOf(wrong) : null
  const start = lastWrong === -1 ? after.filter(([due]) => due < faultLow).length : lastWrong + 1
  const good = findGoodRun(after, start, { gapMs, timeoutMs: probed.timeoutMs })
  const seen = {
    outages: findOutages(after, probed.timeoutMs),
    unavailableMs: sumUnavailable(after, probed.timeoutMs),
    atLeastMs: wrongMs === null ? null : Math.max(0, wrongMs - faultHigh),
    away: wrongMs !== null && lastDue - wrongMs < steadyMs,
  }

  const firstWrong = after.find((sample) => !isRight(sample, probed.timeoutMs))
  const unproven = { ...seen, rtoMs: null }
  if (probed.outageExpected && (firstWrong === undefined || firstWrong[0] > (probed.before ?? Infinity)))
    return { ...unproven, problem: answer('rto.no-outage', 'the fault did not interrupt the service') }
  const [goodDue, goodMs] = good.first ?? [Infinity, null]
  if (goodMs === null || lastDue - Math.max(goodDue, faultHigh) < steadyMs)
    return {
      ...unproven,
      problem: answer(
        'rto.not-restored',
        `the service was not seen to be right for ${formatDuration(steadyMs)} before probing ended`,
      ),
    }
  if (probed.until !== null && lastDue < probed.until)
    return { ...unproven, problem: answer('rto.probing-ended-early', 'probing ended before the restore did') }

  const undisturbed = wrongMs === null && !good.afterGap
  const rtoMs = { low: seen.atLeastMs ?? 0, high: undisturbed ? 0 : Math.max(0, goodMs - faultLow) }
  return { ...seen, rtoMs, problem: null }
}

/** The first probe of the last run of right probes without a gap, from index `start` on. */
function findGoodRun(
  samples: ProbeSample[],
  start: number,
  { gapMs, timeoutMs }: { gapMs: number; timeoutMs: number },
) {
  const run: { first: ProbeSample | null; afterGap: boolean } = { first: samples[start] ?? null, afterGap: false }
  // The first probe after the fault is compared with its predecessor too: the fault may lie in that gap.
  for (const [offset, sample] of samples.slice(start).entries()) {
    const previous = samples[start + offset - 1] ?? sample
    const restored = sentOf(previous) - sentOf(run.first ?? sample) >= steadyMs
    if (sentOf(sample) - sentOf(previous) <= (restored ? Math.max(gapMs, timeoutMs) : gapMs)) continue
    run.first = sample
    run.afterGap = true
  }
  return run
}

/** Why RTO is not known, and the maximum error of the observations. Infinity if nothing bounds the error. */
interface Doubt {
  problem: Answer<'rto'>
  doubtMs: number
}

/**
 * Lower bound of RTO from the last wrong probe after the fault, minus the maximum error. Null if the result is not
 * positive.
 */
function boundDoubtful({ samples, timeoutMs, fault: [, faultHigh] }: ProbedOutage, doubtMs: number): number | null {
  const wrong = samples.findLast((sample) => !isRight(sample, timeoutMs))
  const atLeastMs = wrong === undefined ? NaN : sentOf(wrong) - faultHigh - doubtMs
  return atLeastMs > 0 ? atLeastMs : null
}

function findDisorder({ samples, intervalMs, timeoutMs, fault }: ProbedOutage): Doubt | null {
  if (!(intervalMs > 0 && timeoutMs > 0))
    return { problem: answer('rto.unusable-probes', 'the probes have no interval or no timeout'), doubtMs: Infinity }
  if (!(fault[0] <= fault[1]))
    return { problem: answer('rto.invalid-fault-time', 'the time of the fault is not an interval'), doubtMs: Infinity }
  const disorders: Doubt[] = []
  for (const [index, sample] of samples.entries()) {
    const found = findProbeDisorder(sample, samples[index - 1]?.[0] ?? -Infinity)
    if (found === null) continue
    const problem = answer('rto.probe-disorder', `probe ${index + 1} was ${found.what}: the clock jumped`)
    disorders.push({ problem, doubtMs: found.doubtMs >= 0 ? found.doubtMs : Infinity })
  }
  const [first] = disorders
  return first ? { ...first, doubtMs: disorders.reduce((sum, { doubtMs }) => sum + doubtMs, 0) } : null
}

function findProbeDisorder(sample: ProbeSample, previousMs: number): { what: string; doubtMs: number } | null {
  const [due, answered] = sample
  const sent = sentOf(sample)
  if (!(due > previousMs)) return { what: 'due no later than the one before', doubtMs: previousMs - due }
  if (!Number.isFinite(due) || (answered !== null && !(answered >= due - clockToleranceMs && answered < Infinity)))
    return { what: 'answered before it was due', doubtMs: due - (answered ?? NaN) }
  const latestMs = answered ?? Infinity
  return sent >= due && sent <= latestMs + clockToleranceMs
    ? null
    : { what: 'sent before it was due, or after it was answered', doubtMs: Math.max(due - sent, sent - latestMs) }
}

/** The service must be right for 3 s before the fault. Otherwise the fault did not cause the later failures. */
function findUnhealthyStart(
  { samples, intervalMs, timeoutMs, fault: [faultLow] }: ProbedOutage,
  gapMs: number,
): Doubt | null {
  const steady = formatDuration(steadyMs)
  const first = samples[0]?.[0]
  if (first === undefined) return { problem: answer('rto.no-probes', 'there are no probes'), doubtMs: Infinity }
  if (first > faultLow - steadyMs)
    return {
      problem: answer('rto.probing-late', `probing began less than ${steady} before the fault`),
      doubtMs: Infinity,
    }
  const window = samples.filter(([due]) => due >= faultLow - steadyMs - intervalMs && due < faultLow)
  const hitByFault = ([due, answered]: ProbeSample) =>
    due > faultLow - gapMs && (answered ?? due + timeoutMs) >= faultLow
  if (window.some((sample) => !isRight(sample, timeoutMs) && !hitByFault(sample)))
    return {
      problem: answer('rto.unhealthy-before', `the service was not right for ${steady} before the fault`),
      doubtMs: Infinity,
    }
  const dues = [faultLow - steadyMs, ...window.map(([due]) => due), faultLow]
  if (!dues.some((due, index) => due - (dues[index - 1] ?? due) > gapMs)) return null
  // If the service was right before the gap, it failed within the gap or later.
  const before = samples.findLast(([due]) => due < faultLow - steadyMs)
  const seen = [...(before ? [before[0]] : []), ...window.map(([due]) => due), faultLow]
  const gaps = seen.map((due, index) => due - (seen[index - 1] ?? due)).filter((gap) => gap > gapMs)
  return {
    problem: answer('rto.probe-gap', `there is a gap in the probes within ${steady} before the fault`),
    doubtMs: before && isRight(before, timeoutMs) ? gaps.reduce((sum, gap) => sum + gap, 0) : Infinity,
  }
}

/**
 * Each run of wrong probes lasted at least from its first to its last probe, and at most from the right probe before it
 * to the right probe after it.
 */
function sumUnavailable(samples: ProbeSample[], timeoutMs: number): Interval {
  const unavailableMs = { low: 0, high: 0 }
  let first: number | null = null
  for (const [index, sample] of samples.entries()) {
    if (isRight(sample, timeoutMs)) continue
    const sent = sentOf(sample)
    const [previous = sample, next] = [samples[index - 1], samples[index + 1]]
    if (first === null) unavailableMs.high += sent - sentOf(previous)
    first ??= sent
    const ends = next === undefined || isRight(next, timeoutMs)
    unavailableMs.high += (ends ? (next?.[1] ?? sent + timeoutMs) : sentOf(next)) - sent
    if (!ends) continue
    unavailableMs.low += sent - first
    first = null
  }
  return unavailableMs
}
