import type { DrillFact, ProbeSample, Write } from '../record/facts.ts'
import { formatDuration } from '../system/quantity.ts'
import { clockToleranceMs } from './outages.ts'
import type { Code } from './codes.ts'
import { answer, type Answer } from './answer.ts'

/** Probes are recorded as they are answered, many times a second. */
const lateMs = 10_000
/** The cluster's clock is not the one that facts are recorded by. */
const clusterToleranceMs = 1000
/**
 * Maximum time between two facts while a drill measures: a second of a batch, and the second that a probe waits. A clock that
 * was set back in between was set back by as much more than the two facts show.
 */
export const unseenMs = 2000

/** The clock was set, or everything stood still. */
export interface ClockTrouble {
  /** Readings of the clock between which it happened. A duration within which none of them lies is not affected. */
  between: [fromMs: number, toMs: number]
  /** Maximum error of a duration across it, in either direction. Infinity where that is not known. */
  sizeMs: number
  /** `still`: everything stood still, and the clock went on rightly. `set`: its readings before and after are not comparable. */
  kind: 'set' | 'still'
  found: Answer<'clock'>
}

/** What the clock did wrong, in the order of the facts. What two facts show of the same change is one trouble. */
export function findClockTroubles(facts: DrillFact[]): ClockTrouble[] {
  const troubles: ClockTrouble[] = []
  let latestMs = -Infinity
  /** By how much the clock was set back so far: probes have a clock that nobody can set, and stay ahead by as much. */
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
    const toldMs = findLatestTime(fact)
    if (toldMs - backMs > fact.at + clockToleranceMs)
      setBack(
        fact.at,
        toldMs,
        toldMs - backMs - fact.at,
        answer('clock.future-fact', `fact "${fact.kind}" speaks of a time after it was recorded: the clock jumped`),
      )
    const endedMs = 'operation' in fact ? (fact.operation.endedMs ?? -Infinity) : -Infinity
    if (endedMs - backMs > fact.at + clusterToleranceMs)
      setBack(
        fact.at,
        endedMs,
        endedMs - backMs - fact.at,
        answer(
          'clock.future-end',
          `fact "${fact.kind}" speaks of an end after it was seen: the clock jumped, or the cluster's is ahead`,
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
 * Probes that were recorded long after they were due: all stood still since the batch before, or the clock was set ahead. A clock
 * that was set stays ahead, so that a batch that is late and came soon after another late one shows nothing new.
 */
function findStandstill(
  fact: Extract<DrillFact, { kind: 'probes' }>,
  before: { at: number; trouble: ClockTrouble | null } | null,
): ClockTrouble | null {
  // An answer that came too late may be read only when all goes on.
  const seenMs = findMaximum(fact.samples.map((sample) => lastSeenOf(sample, fact.timeoutMs)))
  if (!(fact.at - seenMs > fact.timeoutMs + lateMs)) {
    // A clock that was set ahead would have stayed so.
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
      'probes were recorded long after they were due: the clock was set ahead, or all stood still',
    ),
  }
}

const lastSeenOf = ([due, answered]: ProbeSample, timeoutMs: number): number =>
  answered !== null && answered - due <= timeoutMs ? Math.max(due, answered) : due

type Acknowledged = Write & { acknowledgedMs: number }

/** Of the acknowledged writes, the one that was sent last by what its acknowledgement says; null where there is none. */
function findDisorder({ writes }: Extract<DrillFact, { kind: 'writes' }>): Acknowledged | null {
  const aheadMs = ({ sentMs, acknowledgedMs }: Acknowledged) => sentMs - acknowledgedMs
  return writes
    .filter((write): write is Acknowledged => write.acknowledgedMs !== null)
    .reduce<Acknowledged | null>(
      (worst, write) => (worst === null || aheadMs(write) > aheadMs(worst) ? write : worst),
      null,
    )
}

/** The latest time that a fact speaks of, by the clock that it was recorded by. */
function findLatestTime(fact: DrillFact): number {
  if (fact.kind === 'fault.observed') return Math.max(...fact.between)
  if (fact.kind === 'probes') return findMaximum(fact.samples.map(([due, answered]) => Math.max(due, answered ?? due)))
  if (fact.kind === 'writes') return findMaximum(fact.writes.map((write) => write.acknowledgedMs ?? write.sentMs))
  if (fact.kind === 'resources') return findMaximum(fact.samples.map((sample) => sample.at))
  return -Infinity
}

function findMaximum(values: number[]): number {
  return values.reduce((latest, value) => Math.max(latest, value), -Infinity)
}

export function judgeClock({ clock: [first] }: { clock: ClockTrouble[] }): Answer<'clock'> {
  return first ? first.found : answer('clock.steady', 'did not go back')
}

/** Maximum error of the duration between two readings of the clock, in ms: the sum of all troubles in between. */
export function sumUncertainty(troubles: ClockTrouble[], one: number, other: number): number {
  const [from, to] = [Math.min(one, other), Math.max(one, other)]
  const across = troubles.filter(({ between }) => between[0] <= to && between[1] >= from)
  return across.reduce((sum, { sizeMs }) => sum + sizeMs, 0)
}

/** The answer to a question that a clock that jumped leaves open. `reason` is what its times say. */
export const doubtClock = <C extends Code & `${string}.clock-doubt`>(code: C, uncertainMs: number, reason: string) =>
  answer(code, `by a clock that jumped, ${reason}; it may be wrong by ${nameError(uncertainMs)}`)

const nameError = (ms: number): string => (ms < Infinity ? formatDuration(ms) : 'any time')
