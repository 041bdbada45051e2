import type { ProbeSample } from '../record/facts.ts'
import { formatDuration } from '../system/quantity.ts'
import type { Interval } from './interval.ts'

/** How long the service must be right without a wrong probe to count as restored, and before the fault as healthy. */
export const steadyMs = 3000
/** Clocks are read at slightly different moments; more than this is a clock that jumped. */
export const clockToleranceMs = 50

/**
 * From a first wrong probe to the last one that was not followed by 3 s without another: the service was not restored in
 * between. In an `outage` every probe was wrong. Where some were right, it is a `brown-out` if right and wrong are mixed as
 * by lot, as where a share of the requests fails, and `flapping` if they come in spells, as where the service comes and goes.
 */
export interface Outage {
  kind: 'outage' | 'brown-out' | 'flapping'
  /** When its first and its last wrong probe were sent. */
  fromMs: number
  toMs: number
  /** How long it lasted: at least from the first wrong probe to the last, at most from the right one before to the one after. */
  durationMs: Interval
  /** The probes from the first wrong one to the last, and how many of them were wrong. */
  probes: number
  wrong: number
  /** How often the service went away within. */
  spells: number
}

/** Of the changes between right and wrong that lots would give, those that are fewer than this share make spells. */
const mixedShare = 0.5

/** Right, and within the time that a client waits: from when it was sent, as it is not the service that sends late. */
export function isRight(sample: ProbeSample, timeoutMs: number): boolean {
  const [, answered, right] = sample
  return right && answered !== null && answered - sentOf(sample) <= timeoutMs + clockToleranceMs
}

/** When a probe was sent. It says nothing of the service before that, though it was due. */
export const sentOf = ([due, , , sent]: ProbeSample): number => sent ?? due

/** The outages in probes that are in the order they were sent. */
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

/** Of n probes of which w are wrong, mixed by lot, 2 w (n − w) / n pairs of neighbours are unlike; each spell makes two. */
function nameKind(probes: number, wrong: number, spells: number): Outage['kind'] {
  if (wrong === probes) return 'outage'
  const byLot = (2 * wrong * (probes - wrong)) / probes
  return 2 * (spells - 1) >= mixedShare * byLot ? 'brown-out' : 'flapping'
}

/** What was more than one outage from beginning to end, for people; null where nothing was. */
export function describeOutages(outages: Outage[]): string | null {
  const partial = outages.filter(({ kind }) => kind !== 'outage').map(describePartial)
  const several = outages.length > 1 ? [`${outages.length} outages`] : []
  const said = [...several, ...partial.slice(0, 3)]
  return said.length === 0 ? null : said.join(', ')
}

function describePartial({ kind, probes, wrong, spells, durationMs }: Outage): string {
  const within = `within ${formatDuration(durationMs.low)}`
  return kind === 'flapping'
    ? `flapping: away ${spells} times ${within}`
    : `brown-out: ${Math.round((100 * wrong) / probes)} % of ${probes} probes wrong ${within}`
}
