import type { DrillFact, ProbeSample } from '../record/facts.ts'
import { gatherEvidence, select } from '../verdict/evidence.ts'
import { isRight } from '../verdict/recovery.ts'
import { findMemory, groupByScope, type ResourceGroup, selectSamples, sumIncrease } from '../verdict/resources.ts'

/** A point of a line: seconds from the fault, and a value; null breaks the line. */
export type Point = [seconds: number, value: number | null]

export interface Band {
  name: string
  from: number
  to: number
}

/** What the timeline shows, in seconds from the fault (from the first fact where there was none). */
export interface Timeline {
  range: [number, number]
  fault: string | null
  bands: Band[]
  outages: Band[]
  medianMs: Point[]
  slowestMs: Point[]
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
  const latency = summariseLatency(samples, probes?.timeoutMs ?? 0, [first, last], toSeconds)
  const use = (group: ResourceGroup) => {
    const selected = selectSamples(resources, group)
    return summariseUsage(selected, [first, last], toSeconds)
  }
  return {
    range: [toSeconds(Math.min(first, ...select(facts, 'backup.requested').map(({ at }) => at))), toSeconds(last)],
    fault: fault?.fault ?? null,
    bands: operations,
    outages: findOutages(samples, probes?.timeoutMs ?? 0, toSeconds),
    ...latency,
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

/** The median and the slowest right answer in each of `buckets` equal spans of time. */
function summariseLatency(
  samples: ProbeSample[],
  timeoutMs: number,
  [first, last]: [number, number],
  toSeconds: ToSeconds,
): Pick<Timeline, 'medianMs' | 'slowestMs'> {
  const widthMs = (last - first) / buckets
  const stretches: number[][] = Array.from({ length: buckets }, () => [])
  for (const sample of samples) {
    const [due, answered] = sample
    if (!isRight(sample, timeoutMs) || answered === null) continue
    const stretch = Math.min(buckets - 1, Math.floor((due - first) / widthMs))
    // A logarithmic axis has no zero.
    stretches[stretch]?.push(Math.max(0.1, answered - due))
  }
  const point = (values: number[], index: number, share: number): Point => {
    const value = values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1]
    return [toSeconds(first + (index + 0.5) * widthMs), value ?? null]
  }
  return {
    medianMs: stretches.map((values, index) => point(values, index, 0.5)),
    slowestMs: stretches.map((values, index) => point(values, index, 1)),
  }
}

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
