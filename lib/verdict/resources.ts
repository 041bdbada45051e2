import type { z } from 'zod'
import type { ResourceSample } from '../record/facts.ts'
import type { operationUsage, usage } from './schema/evidence.ts'

export type Usage = z.infer<typeof usage>
/** Null if the operation did not take place or was not measured. */
export type OperationUsage = z.infer<typeof operationUsage>

/**
 * Each scope has samples of its own, and on many clusters they are rare: kubelets refresh their figures every 10 to 15
 * s. A sample within this time of a window describes the edge of the window. A figure is valid until the next sample of
 * the scope, if that comes within this time.
 */
const nearMs = 20_000
/** A scope without a next sample no longer exists. Its memory counts for this long. */
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
 * CPU seconds and peak memory of a group of scopes between two times. Null if fewer than two sampling times cover the
 * window, or if a sample is not a number. One sample is enough for a scope that appeared and disappeared between two
 * readings of others.
 *
 * Pass all samples of the run. They show whether a scope that appears within the window is new. For a new scope, its
 * whole counter was used within the window. If the start time of a pod is known, it decides: a node may be read for the
 * first time long after its pods started. A node that is read late is not new.
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
  let isShortLived = true
  for (const series of groupByScope(samples).values()) {
    const [first, last] = [series[0]?.at ?? NaN, series.at(-1)?.at ?? NaN]
    const ofScope = all.filter(({ scope }) => scope === series[0]?.scope)
    const known = ofScope.some(({ at }) => at < first)
    const sinceMs = ofScope.find((sample) => sample.sinceMs !== undefined)?.sinceMs
    const seenToCome = !known && readings.from < first - holdMs && group === 'tool'
    const isNew = seenToCome && (sinceMs === undefined || (sinceMs >= start && sinceMs <= first))
    isShortLived &&= isNew && first >= start && last <= end && readings.to > last + holdMs
    const fromStart =
      known || sinceMs === undefined || sinceMs > first ? series : [buildFirstSample(series, sinceMs), ...series]
    cpuSeconds += sumIncrease(fromStart, window, isNew)
  }
  if (covering.length < 2 && !isShortLived) return null
  const peakMemoryBytes = findPeak([...groupByScope(samples).values()], covering)
  return { cpuSeconds: Math.round(cpuSeconds * 1000) / 1000, peakMemoryBytes }
}

/** The sample of a pod at its start: all counters are zero. */
const buildFirstSample = ([first]: ResourceSample[], at: number): ResourceSample => ({
  ...{ scope: first?.scope ?? '', tool: first?.tool ?? false },
  ...{ at, cpuSeconds: 0, memoryBytes: 0 },
})

/**
 * Growth of a counter within the window. A step across the edge of the window counts by its share inside. A counter
 * that falls was reset, so its new value is all growth.
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

/** The sampling times within the window, and the nearest one on either side. */
function findCovering(moments: number[], [start, end]: [number, number]): number[] {
  const [before, after] = [moments.findLast((at) => at < start), moments.find((at) => at > end)]
  return [before, ...moments.filter((at) => at >= start && at <= end), after].filter((at) => at !== undefined)
}

function findPeak(scopes: ResourceSample[][], moments: number[]): number {
  const sums = moments.map((moment) => scopes.reduce((sum, series) => sum + findMemory(series, moment), 0))
  return Math.max(...sums)
}

/** Memory of a scope at a moment, in bytes. 0 if the scope does not exist at that moment. */
export function findMemory(series: ResourceSample[], moment: number): number {
  const index = series.findLastIndex(({ at }) => at <= moment)
  const [sample, next] = [series[index], series[index + 1]]
  if (!sample) return 0
  return moment <= sample.at + holdMs || (next && next.at <= sample.at + nearMs) ? sample.memoryBytes : 0
}

function isQuantity(value: number): boolean {
  return Number.isFinite(value) && value >= 0
}
