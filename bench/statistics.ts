import { decision } from '../lib/verdict/statistics/contrast.ts'
import {
  randomAround,
  randomLatency,
  tryComparisons,
  tryMedians,
  tryRankings,
} from '../tests/unit/verdict/statistics/trials.ts'

import { type Findings, isStarted, print, startTable } from './table.ts'

/**
 * Share of false and missed differences of the statistics: `npx tsx bench/statistics.ts`. Each goal is for 300 trials. They are
 * repeated with several seeds, and the worst counts, so that no goal is reached by chance.
 */
const seeds = [1, 2, 3, 4, 5]

export function measureStatistics(trials = 300): Findings {
  const { tell, ...findings } = startTable()
  const percent = (count: number, of = trials): string => `${((100 * count) / of).toFixed(1)} %`
  const list = (counts: number[], worst: number): string =>
    `${counts.join(', ')} of ${trials} (worst ${percent(worst)})`
  const nameWinners = (size: number): number[] =>
    seeds.map((seed) => {
      const { less, greater } = tryComparisons({ a: randomLatency, b: randomLatency, size }, trials, seed)
      return less + greater
    })
  const steady = (mean: number) => randomAround(mean, 0.05)
  const findDifference = (size: number): number[] =>
    seeds.map((seed) => tryComparisons({ a: steady(100), b: steady(110), size }, trials, seed).less)
  const tellInvented = (what: string, counts: number[], goal = true) => {
    const most = Math.max(...counts)
    tell(what, list(counts, most), goal ? 'at most 1 %' : '', goal ? most <= trials / 100 : null)
  }

  const began = performance.now()
  tellInvented('a tool against itself, n = 20: winners named', nameWinners(20))
  const comparisonMs = (performance.now() - began) / (trials * seeds.length)
  for (const size of [7, 10]) tellInvented(`  the same, n = ${size}`, nameWinners(size), false)
  const found = findDifference(20)
  const least = Math.min(...found)
  tell('10 % of difference, CV 5 %, n = 20: found', list(found, least), 'at least 90 %', least >= 0.9 * trials)
  for (const size of [7, 10, 15]) tell(`  the same, n = ${size}`, percent(Math.min(...findDifference(size))))
  const orders = seeds.map((seed) => tryRankings({ tools: ['one', 'two', 'three'], size: 10 }, trials, seed))
  tellInvented('three equal tools, 2 faults, n = 10: orders shown', orders)
  const covered = tryMedians({ source: (draw) => -Math.log(1 - draw()), truth: Math.LN2, size: 20 }, 1000)
  tell('95 % intervals that contain the median, skewed values, n = 20', percent(covered, 1000))
  tell('one comparison, n = 20, with both medians', `${comparisonMs.toFixed(1)} ms`)
  tell(
    'a difference is shown if',
    `p < ${decision.alpha} and |delta| >= ${decision.leastDelta}; in a ranking p < ${decision.familyAlpha} too, by Holm`,
  )
  return findings
}

if (isStarted(import.meta.url)) print(measureStatistics())
