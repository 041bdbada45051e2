import type { z } from 'zod'
import type { ResourceSample } from '../record/facts.ts'
import type { operationUsage, usage } from './schema/evidence.ts'

export type Usage = z.infer<typeof usage>
/** Null where the operation did not take place, or was not measured. */
export type OperationUsage = z.infer<typeof operationUsage>

/**
 * Scopes are measured one by one, and on many clusters seldom: kubelets refresh their figures every 10 to 15 s. A sample this near to a
 * window says something about its edge, and a figure holds until the scope's next one if that is this near.
 */
const nearMs = 20_000
/** A scope without a next sample is gone; its memory counts this long. */
const holdMs = 1000

export type ResourceGroup = 'tool' | 'node'

/** The samples of the tool's pods, or of the nodes. */
export function selectSamples(samples: ResourceSample[], group: ResourceGroup): ResourceSample[] {
  return samples.filter(({ scope, tool }) =>
    group === 'node' ? scope.startsWith('node/') : tool && scope.startsWith('pod/'),
  )
}

/** Samples by scope, in the order given. */
export function groupByScope(samples: ResourceSample[]): Map<string, ResourceSample[]> {
  const series = new Map<string, ResourceSample[]>()
  for (const sample of samples) {
    const known = series.get(sample.scope)
    if (known) known.push(sample)
    else series.set(sample.scope, [sample])
  }
  return series
}

/**
 * CPU seconds and peak memory of a group of scopes between two times; null where fewer than two moments of sampling
 * cover the window, or a sample is not a number. A scope that came and went between two readings needs only one: that
 * the others do not list it says that it was not there. All samples of the run are needed: they tell whether a scope that
 * appears within the window is new, and then everything that its counter says was used within the window. Where it is known
 * when a pod began, that tells it: a node may be read for the first time when its pods have long been there. A node that is
 * read late is not new either.
 */
export function measureUsage(all: ResourceSample[], group: ResourceGroup, window: [number, number]): Usage | null {
  const [start, end] = window
  const samples = selectSamples(all, group)
    .filter(({ at }) => at >= start - nearMs && at <= end + nearMs)
    .toSorted((a, b) => a.at - b.at)
  const sound = samples.every(({ cpuSeconds, memoryBytes }) => isQuantity(cpuSeconds) && isQuantity(memoryBytes))
  const covering = findCovering([...new Set(samples.map(({ at }) => at))], window)
  if (!(start <= end) || !sound || covering.length === 0) return null
  const readings = { from: Infinity, to: -Infinity }
  for (const { at } of all) {
    readings.from = Math.min(readings.from, at)
    readings.to = Math.max(readings.to, at)
  }
  let cpuSeconds = 0
  let cameAndWent = true
  for (const series of groupByScope(samples).values()) {
    const [first, last] = [series[0]?.at ?? NaN, series.at(-1)?.at ?? NaN]
    const ofScope = all.filter(({ scope }) => scope === series[0]?.scope)
    const known = ofScope.some(({ at }) => at < first)
    const sinceMs = ofScope.find((sample) => sample.sinceMs !== undefined)?.sinceMs
    const seenToCome = !known && readings.from < first - holdMs && group === 'tool'
    const isNew = seenToCome && (sinceMs === undefined || (sinceMs >= start && sinceMs <= first))
    cameAndWent &&= isNew && first >= start && last <= end && readings.to > last + holdMs
    const fromStart =
      known || sinceMs === undefined || sinceMs > first ? series : [beginning(series, sinceMs), ...series]
    cpuSeconds += sumIncrease(fromStart, window, isNew)
  }
  if (covering.length < 2 && !cameAndWent) return null
  const peakMemoryBytes = findPeak([...groupByScope(samples).values()], covering)
  return { cpuSeconds: Math.round(cpuSeconds * 1000) / 1000, peakMemoryBytes }
}

/** What the counter of a pod said when it began. */
const beginning = ([first]: ResourceSample[], at: number): ResourceSample => ({
  ...{ scope: first?.scope ?? '', tool: first?.tool ?? false },
  ...{ at, cpuSeconds: 0, memoryBytes: 0 },
})

/**
 * What a counter grew by within the window. A step that reaches over the window's edge counts by the share of it that
 * lies inside. A counter that falls was reset, so all that it says since is growth.
 */
export function sumIncrease(series: ResourceSample[], [start, end]: [number, number], isNew: boolean): number {
  let sum = 0
  for (const [index, { at, cpuSeconds }] of series.entries()) {
    const previous = series[index - 1]
    if (previous === undefined) {
      if (isNew && at >= start && at <= end) sum += cpuSeconds
      continue
    }
    const growth = cpuSeconds >= previous.cpuSeconds ? cpuSeconds - previous.cpuSeconds : cpuSeconds
    const inside = Math.min(at, end) - Math.max(previous.at, start)
    if (inside > 0) sum += growth * (inside / (at - previous.at))
  }
  return sum
}

/** The moments of sampling within the window, and the nearest one on either side of it. */
function findCovering(moments: number[], [start, end]: [number, number]): number[] {
  const [before, after] = [moments.findLast((at) => at < start), moments.find((at) => at > end)]
  return [before, ...moments.filter((at) => at >= start && at <= end), after].filter((at) => at !== undefined)
}

function findPeak(scopes: ResourceSample[][], moments: number[]): number {
  const sums = moments.map((moment) => scopes.reduce((sum, series) => sum + findMemory(series, moment), 0))
  return Math.max(...sums)
}

/** A scope's memory at a moment; 0 where it is not there yet, or any more. */
export function findMemory(series: ResourceSample[], moment: number): number {
  const index = series.findLastIndex(({ at }) => at <= moment)
  const [sample, next] = [series[index], series[index + 1]]
  if (!sample) return 0
  return moment <= sample.at + holdMs || (next && next.at <= sample.at + nearMs) ? sample.memoryBytes : 0
}

function isQuantity(value: number): boolean {
  return Number.isFinite(value) && value >= 0
}
