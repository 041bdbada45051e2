import type { DrillFact, ProbeSample } from '../../record/facts.ts'
import { gatherEvidence, select } from '../../verdict/evidence.ts'
import { isRight } from '../../verdict/recovery.ts'
import { findMemory, groupByScope, type ResourceGroup, selectSamples, sumIncrease } from '../../verdict/resources.ts'

/** A point of a line: seconds from the fault, and a value; null breaks the line. */
export type Point = [seconds: number, value: number | null]

export interface Band {
  name: string
  from: number
  to: number
}

/** How a probe ended: answered rightly, answered wrongly or too late, or not answered. */
export const OUTCOMES = ['right', 'wrong', 'none'] as const
export type ProbeOutcome = (typeof OUTCOMES)[number]

/** The probes of one span of time that had one outcome: how many, and the fastest and the slowest, in milliseconds. */
export interface Span {
  at: number
  count: number
  fastestMs: number
  slowestMs: number
}

/** A bracket from the fault: it ends between the two, in seconds from the fault. */
export interface Bracket {
  sure: number
  latest: number
}

/** What the timeline shows, in seconds from the fault (from the first fact where there was none). */
export interface Timeline {
  range: [number, number]
  fault: { name: string; from: number; seen: number; healed: number | null } | null
  steps: Band[]
  bands: Band[]
  outages: Band[]
  medianMs: Point[]
  /** 99 of 100 right answers were at least as fast. */
  p99Ms: Point[]
  /** Each span of time has one entry for each outcome that its probes had, so none is hidden by another. */
  probes: Record<ProbeOutcome, Span[]>
  samples: number
  usage: Record<ResourceGroup, { cores: Point[]; memoryMiB: Point[] }>
}

/** In a picture, more outages than this look like one. */
const drawnOutages = 100
const buckets = 240

export function readTimeline(facts: DrillFact[]): Timeline {
  const { probes, fault, resources } = gatherEvidence(facts)
  const samples = (probes?.samples ?? []).filter(([due]) => Number.isFinite(due))
  const first = samples[0]?.[0] ?? facts[0]?.at ?? 0
  const last = Math.max(samples.at(-1)?.[0] ?? first, facts.at(-1)?.at ?? first, first + 1000)
  const origin = fault?.between[0] ?? first
  const toSeconds = (time: number) => Math.round(time - origin) / 1000
  const operations = (['backup', 'restore'] as const).flatMap((name) =>
    select(facts, `${name}.requested`).map((request): Band => {
      const end = select(facts, `${name}.ended`).find((ended) => ended.name === request.name)?.at
      return { name, from: toSeconds(request.at), to: toSeconds(end ?? last) }
    }),
  )
  const steps = select(facts, 'step.started').map(({ step, at }): Band => {
    const end = select(facts, 'step.ended').find((ended) => ended.step === step && ended.at >= at)?.at
    return { name: step, from: toSeconds(at), to: toSeconds(end ?? last) }
  })
  const timeoutMs = probes?.timeoutMs ?? 0
  const use = (group: ResourceGroup) => {
    const selected = selectSamples(resources, group)
    return summariseUsage(selected, [first, last], toSeconds)
  }
  const healed = select(facts, 'fault.healed')[0]?.at ?? null
  return {
    range: [toSeconds(Math.min(first, ...select(facts, 'backup.requested').map(({ at }) => at))), toSeconds(last)],
    fault: fault && {
      name: fault.fault,
      from: 0,
      seen: toSeconds(fault.between[1]),
      healed: healed === null ? null : toSeconds(healed),
    },
    steps,
    bands: operations,
    outages: findOutages(samples, timeoutMs, toSeconds),
    ...summariseLatency(samples, timeoutMs, [first, last], toSeconds),
    samples: samples.length,
    usage: { tool: use('tool'), node: use('node') },
  }
}

type ToSeconds = (time: number) => number

function findOutages(samples: ProbeSample[], timeoutMs: number, toSeconds: ToSeconds): Band[] {
  const outages: Band[] = []
  let open: Band | null = null
  for (const sample of samples) {
    const [due, answered] = sample
    if (isRight(sample, timeoutMs)) {
      if (open) open.to = toSeconds(answered ?? due)
      open = null
    } else if (open) {
      open.to = toSeconds(due)
    } else {
      open = { name: 'wrong answers', from: toSeconds(due), to: toSeconds(due) }
      outages.push(open)
    }
  }
  return outages.slice(0, drawnOutages)
}

/** A logarithmic axis has no zero. */
const leastMs = 0.1

/** Right answers by their quantiles, and all probes by their outcome, in each of `buckets` equal spans of time. */
function summariseLatency(
  samples: ProbeSample[],
  timeoutMs: number,
  [first, last]: [number, number],
  toSeconds: ToSeconds,
): Pick<Timeline, 'medianMs' | 'p99Ms' | 'probes'> {
  const widthMs = (last - first) / buckets
  const empty = () => Array.from({ length: buckets }, (): number[] => [])
  const stretches: Record<ProbeOutcome, number[][]> = { right: empty(), wrong: empty(), none: empty() }
  for (const sample of samples) {
    const [due, answered] = sample
    const outcome = isRight(sample, timeoutMs) ? 'right' : answered === null ? 'none' : 'wrong'
    const stretch = Math.min(buckets - 1, Math.floor((due - first) / widthMs))
    stretches[outcome][stretch]?.push(Math.max(leastMs, answered === null ? timeoutMs : answered - due))
  }
  const sorted = stretches.right.map((values) => Float64Array.from(values).sort())
  const middle = (index: number) => toSeconds(first + (index + 0.5) * widthMs)
  const quantile = (share: number) =>
    sorted.map((values, index): Point => [middle(index), values[Math.ceil(share * values.length) - 1] ?? null])
  const toSpans = (outcome: ProbeOutcome) =>
    stretches[outcome].flatMap((values, index): Span[] => {
      if (values.length === 0) return []
      const [fastestMs, slowestMs] = findEnds(values)
      return [{ at: middle(index), count: values.length, fastestMs, slowestMs }]
    })
  return {
    medianMs: quantile(0.5),
    p99Ms: quantile(0.99),
    probes: { right: toSpans('right'), wrong: toSpans('wrong'), none: toSpans('none') },
  }
}

/** The least and the greatest, of more values than a call takes as arguments. */
const findEnds = (values: number[]): [number, number] =>
  values.reduce<[number, number]>(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, 0])

function summariseUsage(
  samples: ReturnType<typeof selectSamples>,
  [first, last]: [number, number],
  toSeconds: ToSeconds,
): { cores: Point[]; memoryMiB: Point[] } {
  const widthMs = Math.max(1000, (last - first) / buckets)
  const ordered = samples.toSorted((a, b) => a.at - b.at)
  const scopes = [...groupByScope(ordered).values()]
  const [begin, end] = [ordered[0]?.at ?? Infinity, ordered.at(-1)?.at ?? -Infinity]
  const cores: Point[] = []
  const memoryMiB: Point[] = []
  // Adding the width to a very large number may not change it.
  for (let from = first; from + widthMs <= last && from + widthMs > from; from += widthMs) {
    const [middle, to] = [from + widthMs / 2, from + widthMs]
    if (from < begin || to > end) continue
    const cpuSeconds = scopes.reduce((sum, series) => sum + sumIncrease(series, [from, to], false), 0)
    const bytes = scopes.reduce((sum, series) => sum + findMemory(series, middle), 0)
    cores.push([toSeconds(middle), Math.round((cpuSeconds / widthMs) * 1e6) / 1000])
    memoryMiB.push([toSeconds(middle), Math.round(bytes / 2 ** 20)])
  }
  return { cores, memoryMiB }
}
