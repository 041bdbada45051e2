import { findMedian } from '../../../../lib/verdict/statistics/median.ts'
import { createRandom } from '../../../../lib/verdict/statistics/random.ts'
import { rankTools } from '../../../../lib/verdict/ranking/ranking.ts'
import { readSample } from '../../../../lib/verdict/statistics/sample.ts'
import { compare, type Order } from '../../../../lib/verdict/statistics/contrast.ts'
import { buildResult } from '../ranking/builder.ts'

/** Trials of the statistics on numbers with a known distribution. */

/** Returns one random value of a sample. */
export type Source = (draw: () => number) => number

/**
 * Random latencies: mostly similar, skewed to the right, and one in twenty far out (Pareto's tail, without a variance).
 */
export const randomLatency: Source = (draw) => {
  const typical = 100 * Math.exp(0.5 * randomNormal(draw))
  return draw() < 0.05 ? typical * (1 - draw()) ** (-1 / 1.5) : typical
}

/** Random values around `mean` with the given coefficient of variation. */
export const randomAround =
  (mean: number, variation: number): Source =>
  (draw) =>
    mean * (1 + variation * randomNormal(draw))

/** Numbers of trials with each verdict on two samples of `size` values. */
export function tryComparisons(
  { a, b, size }: { a: Source; b: Source; size: number },
  trials: number,
  seed: number,
): Record<Order, number> {
  const draw = createRandom(seed)
  const counts: Record<Order, number> = { less: 0, greater: 0, '~': 0 }
  for (let trial = 0; trial < trials; trial++) {
    const [sampleA, sampleB] = [randomSample(a, size, draw), randomSample(b, size, draw)]
    counts[compare(sampleA, sampleB).verdict]++
  }
  return counts
}

/** Number of confidence intervals that contain the true median. */
export function tryMedians(
  { source, truth, size }: { source: Source; truth: number; size: number },
  trials: number,
): number {
  const draw = createRandom(1)
  return Array.from(
    { length: trials },
    () => findMedian(readSample(randomSample(source, size, draw)))?.confidence,
  ).filter((found) => found && found.low <= truth && truth <= (found.high ?? Infinity)).length
}

/** Number of trials that show an order among equal tools, which were drilled `size` times on each of two faults. */
export function tryRankings({ tools, size }: { tools: string[]; size: number }, trials: number, seed: number): number {
  const draw = createRandom(seed)
  const measure = () => {
    const [rtoMs, backupMs, cpuSeconds, memoryBytes, storedBytes] = randomSample(randomLatency, 5, draw) as FiveNumbers
    return { rtoMs: 100 * rtoMs, rpoMs: 500 * draw(), backupMs, cpuSeconds, memoryBytes, storedBytes }
  }
  const drill = (tool: string, fault: string) =>
    Array.from({ length: size }, (_, repetition) => buildResult(tool, repetition, { ...measure(), fault }))
  return Array.from({ length: trials }, () =>
    rankTools(tools.flatMap((tool) => ['volume-loss', 'node-loss'].flatMap((fault) => drill(tool, fault)))),
  ).filter((ranking) => ranking.some(({ place }) => place !== null)).length
}

type FiveNumbers = [number, number, number, number, number]

function randomSample(source: Source, size: number, draw: () => number): number[] {
  return Array.from({ length: size }, () => source(draw))
}

/** The Box-Muller transform. */
function randomNormal(draw: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())
}
