import { alignColumns } from '../lib/report/terminal.ts'
import { decision } from '../lib/verdict/statistics/contrast.ts'
import {
  drawAround,
  drawLatency,
  type Source,
  tryComparisons,
  tryMedians,
  tryRankings,
} from '../tests/unit/verdict-statistics-trials.ts'

/** Whether the statistics invent differences, or miss them: `npx tsx bench/statistics.ts`. */
const trials = 300
/** Each goal is for 300 trials; several times 300, and the worst of them, show that it is not reached by luck. */
const seeds = [1, 2, 3, 4, 5]
const rows: string[][] = [['what', 'figure', 'goal', 'reached']]
let missed = 0

function tell(what: string, figure: string, goal = '', reached: boolean | null = null): void {
  if (reached === false) missed++
  rows.push([what, figure, goal, reached === null ? '' : reached ? 'yes' : 'NO'])
}

const percent = (count: number, of: number): string => `${((100 * count) / of).toFixed(1)} %`
const list = (counts: number[]): string =>
  `${counts.join(', ')} of ${trials} (worst ${percent(Math.max(...counts), trials)})`

function nameWinners(size: number): number[] {
  return seeds.map((seed) => {
    const { less, greater } = tryComparisons({ a: drawLatency, b: drawLatency, size }, trials, seed)
    return less + greater
  })
}

function findDifference(size: number, source: (mean: number) => Source): number[] {
  return seeds.map((seed) => tryComparisons({ a: source(100), b: source(110), size }, trials, seed).less)
}

const began = performance.now()
const winners = nameWinners(20)
const comparisonMs = (performance.now() - began) / (trials * seeds.length)
tell('a tool against itself, n = 20: winners named', list(winners), 'at most 1 %', Math.max(...winners) <= trials / 100)
for (const size of [7, 10]) tell(`  the same, n = ${size}`, list(nameWinners(size)))

const steady = (mean: number) => drawAround(mean, 0.05)
const found = findDifference(20, steady)
const worst = Math.min(...found)
tell(
  '10 % of difference, CV 5 %, n = 20: found',
  `${found.join(', ')} of ${trials} (worst ${percent(worst, trials)})`,
  'at least 90 %',
  worst >= 0.9 * trials,
)
for (const size of [7, 10, 15])
  tell(`  the same, n = ${size}`, percent(Math.min(...findDifference(size, steady)), trials))

const orders = seeds.map((seed) => tryRankings({ tools: ['one', 'two', 'three'], size: 10 }, trials, seed))
tell(
  'three tools that are alike, 2 faults, n = 10: orders shown',
  list(orders),
  'at most 1 %',
  Math.max(...orders) <= trials / 100,
)
const covered = tryMedians({ source: (draw) => -Math.log(1 - draw()), truth: Math.LN2, size: 20 }, 1000)
tell('95 % intervals that hold the median, skewed values, n = 20', percent(covered, 1000))
tell('one comparison, n = 20, with both medians', `${comparisonMs.toFixed(1)} ms`)

console.log(
  `A difference is shown where p < ${decision.alpha} and |delta| >= ${decision.leastDelta}; in a ranking p < ${decision.familyAlpha} too, by Holm.`,
)
console.log(alignColumns(rows).join('\n'))
process.exitCode = missed === 0 ? 0 : 1
