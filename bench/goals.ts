import { parseArgs } from 'node:util'
import { type Findings, print } from './table.ts'

/**
 * Every goal of what decides a verdict, with the figure reached: `npm run goals`; fails where one is missed.
 * `npm run goals -- --share 0.01` tries a hundredth of everything, and is no proof.
 */
const { values } = parseArgs({ options: { share: { type: 'string', default: '1' } } })
const share = Number(values.share)
if (!(share > 0 && share <= 1)) throw new Error(`--share ${values.share} is not above 0 and at most 1`)
const part = (count: number): number => Math.ceil(share * count)

/** Histories come first, and nothing is loaded before it is needed: their memory is told as that of the whole process. */
const parts: { what: string; minutes: number; measure: () => Promise<Findings> }[] = [
  {
    what: 'histories of acknowledged writes',
    minutes: 2,
    measure: async () => (await import('./history.ts')).measureHistory(part(10_000)),
  },
  {
    what: 'the verdict on simulated drills',
    minutes: 1,
    measure: async () => (await import('./simulation.ts')).measureSimulation(part(1_000)),
  },
  {
    what: 'statistics and ranking',
    minutes: 1,
    measure: async () => (await import('./statistics.ts')).measureStatistics(part(300)),
  },
  {
    what: 'integrity',
    minutes: 5,
    measure: async () => (await import('./integrity.ts')).measureIntegrity(part(10_000)),
  },
  {
    what: 'the interval of the recovery time, of real outages',
    minutes: 25,
    measure: async () => {
      const { measureOutages } = await import('./recovery.ts')
      return measureOutages({ outages: part(1_000), stalled: part(100), pairs: 4, goesFirst: true })
    },
  },
]

const missed: string[] = []
let [reached, number] = [0, 0]
for (const { what, minutes, measure } of parts) {
  console.log(`\n${++number} of ${parts.length}: ${what}, in full about ${minutes} min on two cores`)
  const began = performance.now()
  const findings = await measure()
  print(findings)
  console.log(`took ${((performance.now() - began) / 60_000).toFixed(1)} min`)
  reached += findings.rows.filter((row) => row.reached).length
  missed.push(...findings.rows.filter((row) => row.reached === false).map((row) => `${what}: ${row.what.trim()}`))
}
console.log(`\n${reached} goals reached, ${missed.length} missed${missed.map((one) => `\n  ${one}`).join('')}`)
