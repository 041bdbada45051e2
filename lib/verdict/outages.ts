import type { ProbeSample, Sample } from '../record/facts.ts'
import { formatDuration } from '../system/quantity.ts'
import type { Interval } from './interval.ts'

/** The service must answer rightly for this long to count as restored, and before the fault as healthy. */
export const steadyMs = 3000
/** Maximum difference between two readings of the clock. A larger difference means that the clock jumped. */
export const clockToleranceMs = 50

/**
 * An outage lasts from its first wrong probe to its last one. It ends when no probe is wrong for 3 s. In an `outage`
 * every probe was wrong. If some were right, it is a `brown-out` if right and wrong probes are mixed at random, as when
 * a share of the requests fails. It is `flapping` if they come in spells, as when the service comes and goes.
 */
export interface Outage {
  kind: 'outage' | 'brown-out' | 'flapping'
  /** Times at which its first and its last wrong probe were sent. */
  fromMs: number
  toMs: number
  /**
   * Duration. Lower bound: from the first wrong probe to the last. Upper bound: from the right probe before it to the
   * one after.
   */
  durationMs: Interval
  /** Number of probes from the first wrong one to the last, and of wrong ones among them. */
  probes: number
  wrong: number
  /** How often the service went away during this outage. */
  spells: number
}

/**
 * The probes form spells if they change between right and wrong less often than this share of the changes of a random
 * mix.
 */
const mixedShare = 0.5

/**
 * True if the answer is right and came within the timeout of a client. The timeout counts from the sending of the
 * probe, because a late probe is not the fault of the service.
 */
export function isRight(sample: ProbeSample, timeoutMs: number): boolean {
  const [, answered, right] = sample
  return right && answered !== null && answered - sentOf(sample) <= timeoutMs + clockToleranceMs
}

/** Time at which a probe was sent. It proves nothing about earlier times, even if it was due earlier. */
export const sentOf = ([due, , , sent]: Sample<unknown>): number => sent ?? due

/** Finds the outages. `samples` must be in the order of sending. */
export function findOutages(samples: ProbeSample[], timeoutMs: number): Outage[] {
  const outages: Outage[] = []
  let first = -1
  let last = -1
  for (const [index, sample] of samples.entries()) {
    if (isRight(sample, timeoutMs)) continue
    const end = samples[last]
    if (end !== undefined && sentOf(sample) - sentOf(end) >= steadyMs) {
      outages.push(describeOutage(samples, [first, last], timeoutMs))
      first = -1
    }
    if (first === -1) first = index
    last = index
  }
  return first === -1 ? outages : [...outages, describeOutage(samples, [first, last], timeoutMs)]
}

function describeOutage(samples: ProbeSample[], [first, last]: [number, number], timeoutMs: number): Outage {
  const rights = samples.slice(first, last + 1).map((sample) => isRight(sample, timeoutMs))
  const sentAt = (index: number) => {
    const sample = samples[index]
    return sample && sentOf(sample)
  }
  const [fromMs = NaN, toMs = NaN] = [sentAt(first), sentAt(last)]
  const wrong = rights.filter((right) => !right).length
  const spells = 1 + rights.filter((right, index) => !right && rights[index - 1] === true).length
  return {
    kind: nameKind(rights.length, wrong, spells),
    fromMs,
    toMs,
    durationMs: {
      low: toMs - fromMs,
      high: (samples[last + 1]?.[1] ?? toMs + timeoutMs) - (sentAt(first - 1) ?? fromMs),
    },
    probes: rights.length,
    wrong,
    spells,
  }
}

/**
 * In a random mix of n probes with w wrong ones, 2 w (n − w) / n pairs of neighbours differ. Each spell makes two such
 * pairs.
 */
function nameKind(probes: number, wrong: number, spells: number): Outage['kind'] {
  if (wrong === probes) return 'outage'
  const randomChanges = (2 * wrong * (probes - wrong)) / probes
  return 2 * (spells - 1) >= mixedShare * randomChanges ? 'brown-out' : 'flapping'
}

/** Describes the outages for people. Null if there was at most one, and it was complete. */
export function describeOutages(outages: Outage[]): string | null {
  const partial = outages.filter(({ kind }) => kind !== 'outage').map(describePartial)
  const several = outages.length > 1 ? [`${outages.length} outages`] : []
  const words = [...several, ...partial.slice(0, 3)]
  return words.length === 0 ? null : words.join(', ')
}

function describePartial({ kind, probes, wrong, spells, durationMs }: Outage): string {
  const within = `within ${formatDuration(durationMs.low)}`
  return kind === 'flapping'
    ? `flapping: away ${spells} times ${within}`
    : `brown-out: ${Math.round((100 * wrong) / probes)} % of ${probes} probes wrong ${within}`
}
