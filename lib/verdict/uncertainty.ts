import type { DrillFact, ProbeSample, Write } from '../record/facts.ts'
import { formatDuration } from '../system/quantity.ts'
import { clockToleranceMs } from './outages.ts'
import type { Code } from './codes.ts'
import { answer, type Answer } from './answer.ts'

/** Maximum delay between a probe and its record. Probes are recorded many times a second. */
const lateMs = 10_000
/** Maximum difference between the cluster's clock and the clock of the facts. */
const clusterToleranceMs = 1000
/**
 * Maximum time between two facts during a drill: one second for a batch, plus the timeout of a probe. A clock that was
 * set back in between was set back by up to this much more than the two facts show.
 */
export const unseenMs = 2000

/** The clock was set, or the machine stood still. */
export interface ClockTrouble {
  /** Clock readings before and after the trouble. A duration that does not overlap this interval is not affected. */
  between: [fromMs: number, toMs: number]
  /** Maximum error of a duration across the trouble, in either direction. Infinity if it is not known. */
  sizeMs: number
  /**
   * `still`: the machine stood still, and the clock went on correctly. `set`: readings before and after are not
   * comparable.
   */
  kind: 'set' | 'still'
  found: Answer<'clock'>
}

/** Finds clock troubles, in the order of the facts. Several facts that show the same change give one trouble. */
export function findClockTroubles(facts: DrillFact[]): ClockTrouble[] {
  const troubles: ClockTrouble[] = []
  let latestMs = -Infinity
  /**
   * Total time that the clock was set back so far. Probes use a clock that cannot be set, so they stay ahead by this
   * much.
   */
  let backMs = 0
  let batch: { at: number; trouble: ClockTrouble | null } | null = null
  const setBack = (fromMs: number, toMs: number, sizeMs: number, found: Answer<'clock'>) => {
    const between: [number, number] = [fromMs - unseenMs, toMs + unseenMs]
    troubles.push({ between, sizeMs: sizeMs + unseenMs, kind: 'set', found })
    backMs += sizeMs
  }
  for (const fact of facts) {
    if (!Number.isFinite(fact.at)) {
      const found = answer('clock.no-time', `fact "${fact.kind}" has no time`)
      troubles.push({ between: [-Infinity, Infinity], sizeMs: Infinity, kind: 'set', found })
      continue
    }
    if (fact.at < latestMs - clockToleranceMs) {
      const sizeMs = latestMs - fact.at
      const reason = `the clock went back by ${formatDuration(sizeMs)} before fact "${fact.kind}"`
      setBack(fact.at, latestMs, sizeMs, answer('clock.set-back', reason))
      latestMs = fact.at
    }
    latestMs = Math.max(latestMs, fact.at)
    if (fact.kind === 'probes') {
      batch = { at: fact.at, trouble: findStandstill(fact, batch) }
      if (batch.trouble !== null && !troubles.includes(batch.trouble)) troubles.push(batch.trouble)
    }
    const namedMs = findLatestTime(fact)
    if (namedMs - backMs > fact.at + clockToleranceMs)
      setBack(
        fact.at,
        namedMs,
        namedMs - backMs - fact.at,
        answer('clock.future-fact', `fact "${fact.kind}" names a time after it was recorded: the clock jumped`),
      )
    const endedMs = 'operation' in fact ? (fact.operation.endedMs ?? -Infinity) : -Infinity
    if (endedMs - backMs > fact.at + clusterToleranceMs)
      setBack(
        fact.at,
        endedMs,
        endedMs - backMs - fact.at,
        answer(
          'clock.future-end',
          `fact "${fact.kind}" names an end after it was seen: the clock jumped, or the cluster's clock is ahead`,
        ),
      )
    const disorder = fact.kind === 'writes' ? findDisorder(fact) : null
    if (disorder !== null && disorder.sentMs - disorder.acknowledgedMs - backMs > clockToleranceMs)
      setBack(
        disorder.acknowledgedMs,
        disorder.sentMs,
        disorder.sentMs - disorder.acknowledgedMs - backMs,
        answer(
          'clock.write-disorder',
          `write ${disorder.sequence} was acknowledged before it was sent: the clock jumped`,
        ),
      )
  }
  return troubles
}

/**
 * Finds probes that were recorded long after they were due. Either the machine stood still since the previous batch, or
 * the clock was set ahead. A clock that was set ahead stays ahead, so a late batch soon after another late batch shows
 * nothing new.
 */
function findStandstill(
  fact: Extract<DrillFact, { kind: 'probes' }>,
  before: { at: number; trouble: ClockTrouble | null } | null,
): ClockTrouble | null {
  // A late answer may be read only after the standstill.
  const seenMs = findMaximum(fact.samples.map((sample) => lastSeenOf(sample, fact.timeoutMs)))
  if (!(fact.at - seenMs > fact.timeoutMs + lateMs)) {
    // A clock that was set ahead would have stayed ahead.
    if (before?.trouble) before.trouble.kind = 'still'
    return null
  }
  const sinceMs = fact.at - (before?.at ?? -Infinity)
  if (before?.trouble && sinceMs < lateMs) return before.trouble
  return {
    between: [seenMs, fact.at],
    sizeMs: Math.min(fact.at - seenMs, sinceMs),
    kind: 'set',
    found: answer(
      'clock.late-probes',
      'probes were recorded long after they were due: the clock was set ahead, or the machine stood still',
    ),
  }
}

const lastSeenOf = ([due, answered]: ProbeSample, timeoutMs: number): number =>
  answered !== null && answered - due <= timeoutMs ? Math.max(due, answered) : due

type Acknowledged = Write & { acknowledgedMs: number }

/** The acknowledged write that was sent latest relative to its acknowledgement. Null if there is none. */
function findDisorder({ writes }: Extract<DrillFact, { kind: 'writes' }>): Acknowledged | null {
  const aheadMs = ({ sentMs, acknowledgedMs }: Acknowledged) => sentMs - acknowledgedMs
  return writes
    .filter((write): write is Acknowledged => write.acknowledgedMs !== null)
    .reduce<Acknowledged | null>(
      (worst, write) => (worst === null || aheadMs(write) > aheadMs(worst) ? write : worst),
      null,
    )
}

/** The latest time that a fact names, by the clock that recorded it. */
function findLatestTime(fact: DrillFact): number {
  if (fact.kind === 'fault.observed') return Math.max(...fact.between)
  if (fact.kind === 'probes' || fact.kind === 'policy.probes')
    return findMaximum(fact.samples.map(([due, answered]) => Math.max(due, answered ?? due)))
  if (fact.kind === 'writes') return findMaximum(fact.writes.map((write) => write.acknowledgedMs ?? write.sentMs))
  if (fact.kind === 'resources') return findMaximum(fact.samples.map((sample) => sample.at))
  return -Infinity
}

function findMaximum(values: number[]): number {
  return values.reduce((latest, value) => Math.max(latest, value), -Infinity)
}

export function judgeClock({ clock: [first] }: { clock: ClockTrouble[] }): Answer<'clock'> {
  return first ? first.found : answer('clock.steady', 'the clock did not jump')
}

/** Maximum error of the duration between two clock readings, in ms: the sum of all troubles in between. */
export function sumUncertainty(troubles: ClockTrouble[], one: number, other: number): number {
  const [from, to] = [Math.min(one, other), Math.max(one, other)]
  const across = troubles.filter(({ between }) => between[0] <= to && between[1] >= from)
  return across.reduce((sum, { sizeMs }) => sum + sizeMs, 0)
}

/** The answer to a question that a clock jump leaves open. `reason` is the result by the recorded times. */
export const doubtClock = <C extends Code & `${string}.clock-doubt`>(code: C, uncertainMs: number, reason: string) =>
  answer(code, `the clock jumped: ${reason}; this may be wrong by ${nameError(uncertainMs)}`)

const nameError = (ms: number): string => (ms < Infinity ? formatDuration(ms) : 'any amount')
