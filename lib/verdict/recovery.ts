import type { ProbeSample } from '../record/facts.ts'
import { formatDuration } from '../system/quantity.ts'
import { clockToleranceMs, findOutages, isRight, type Outage, sentOf, steadyMs } from './outages.ts'
import { answer, type Answer } from './answer.ts'
import type { Interval } from './interval.ts'

export { clockToleranceMs, isRight, steadyMs } from './outages.ts'

/** A pause between probes longer than this many intervals is time in which nothing was seen. */
const gapIntervals = 5

export interface ProbedOutage {
  /** In the order they were due. */
  samples: ProbeSample[]
  intervalMs: number
  timeoutMs: number
  /** The fault took effect at a time between the two. */
  fault: [number, number]
  /** The fault must take the service away, and be seen to do so before `before` (the restore itself takes it away too). */
  outageExpected: boolean
  before: number | null
  /** Probing must have gone on at least up to here (the end of the restore), or null. */
  until: number | null
}

export interface Recovery {
  rtoMs: Interval | null
  /** What RTO is at least, also where the recovery was not seen; null where even that is unknown. */
  atLeastMs: number | null
  /** After the fault, in the order they came. */
  outages: Outage[]
  /** Whether the service was away when probing ended. */
  away: boolean
  /** Total time that the service was away, over all outages. */
  unavailableMs: Interval
  /** Why there is no RTO; null if there is one. */
  problem: Answer<'rto'> | null
}

/**
 * From the fault to the service restored, as an interval.
 *
 * Between two probes one cannot know, so both ends are bounds. Let T be the time from which on every request is answered
 * rightly. The last wrong probe b was wrong although it was sent at b.sent, so T is later than b.sent. Let g be the first
 * probe of the run of right ones that lasts up to the end of probing: a service that answers g rightly, and everything
 * after it, was restored when it answered g, so T is no later than g.answered. The fault took effect between fLow and
 * fHigh, hence RTO = T − f lies in [max(0, b.sent − fHigh), g.answered − fLow].
 *
 * Taking the last wrong probe, and not the first recovery, makes flapping count: a service that comes back and goes away
 * again was not restored yet. The good run must span 3 s. A pause of more than 5 intervals between probes is time in
 * which another outage fits, so the good run starts anew after it: the upper bound moves behind the pause, and the
 * lower one stays. A probe that was due and sent late, as the prober stood still, ends such a pause only when it is sent.
 * Once the service was seen to be right for 3 s it is restored; from then on only a pause counts in which a client would
 * have waited in vain. A fault after which no probe was wrong took nothing away: an RTO of zero where that was expected,
 * and otherwise no proof of anything.
 */
export function measureRecovery(probed: ProbedOutage): Recovery {
  const { samples, intervalMs, fault } = probed
  const gapMs = gapIntervals * intervalMs
  const [faultLow, faultHigh] = fault
  const unknown = { rtoMs: null, atLeastMs: null, outages: [], away: false, unavailableMs: { low: 0, high: 0 } }
  const before = findDisorder(probed) ?? findUnhealthyStart(probed, gapMs)
  if (before !== null) return { ...unknown, atLeastMs: boundDoubtful(probed, before.doubtMs), problem: before.problem }

  // The last probes before the fault may already be hit by it.
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
    return { ...unproven, problem: answer('rto.no-outage', 'the fault did not take the service away') }
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

/** The first probe of the last stretch of right probes without a gap, from index `start` on. */
function findGoodRun(
  samples: ProbeSample[],
  start: number,
  { gapMs, timeoutMs }: { gapMs: number; timeoutMs: number },
) {
  const run: { first: ProbeSample | null; afterGap: boolean } = { first: samples[start] ?? null, afterGap: false }
  // The first probe after the fault has a predecessor too: the gap may be the one that the fault lies in.
  for (const [offset, sample] of samples.slice(start).entries()) {
    const previous = samples[start + offset - 1] ?? sample
    const restored = sentOf(previous) - sentOf(run.first ?? sample) >= steadyMs
    if (sentOf(sample) - sentOf(previous) <= (restored ? Math.max(gapMs, timeoutMs) : gapMs)) continue
    run.first = sample
    run.afterGap = true
  }
  return run
}

/** Why RTO is not known, and the maximum error of what was seen of it; Infinity if nothing bounds the error. */
interface Doubt {
  problem: Answer<'rto'>
  doubtMs: number
}

/** The last wrong probe after the fault bounds RTO from below, less the doubt; null where nothing is left of that. */
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
  const disorders = samples.flatMap((sample, index): Doubt[] => {
    const [due, answered] = sample
    const previous = samples[index - 1]?.[0] ?? -Infinity
    const sent = sentOf(sample)
    const name = (what: string, doubtMs: number) => [
      {
        problem: answer('rto.probe-disorder', `probe ${index + 1} was ${what}: the clock jumped`),
        doubtMs: doubtMs >= 0 ? doubtMs : Infinity,
      },
    ]
    if (!(due > previous)) return name('due no later than the one before', previous - due)
    if (!Number.isFinite(due) || (answered !== null && !(answered >= due - clockToleranceMs && answered < Infinity)))
      return name('answered before it was due', due - (answered ?? NaN))
    if (!(sent >= due && sent <= (answered ?? Infinity) + clockToleranceMs))
      return name(
        'sent before it was due, or after it was answered',
        Math.max(due - sent, sent - (answered ?? Infinity)),
      )
    return []
  })
  const [first] = disorders
  return first ? { ...first, doubtMs: disorders.reduce((sum, { doubtMs }) => sum + doubtMs, 0) } : null
}

/** Up to the fault, the service must be seen to be right for 3 s: else what comes after is not the fault's doing. */
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
  // A service that was right before the gap went away within it, or later.
  const before = samples.findLast(([due]) => due < faultLow - steadyMs)
  const seen = [...(before ? [before[0]] : []), ...window.map(([due]) => due), faultLow]
  const gaps = seen.map((due, index) => due - (seen[index - 1] ?? due)).filter((gap) => gap > gapMs)
  return {
    problem: answer('rto.probe-gap', `there is a gap in the probes within ${steady} before the fault`),
    doubtMs: before && isRight(before, timeoutMs) ? gaps.reduce((sum, gap) => sum + gap, 0) : Infinity,
  }
}

/** Each run of wrong probes lasted at least from its first to its last, at most from the right one before to the right one after. */
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
