import { fork } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { type Findings, print } from './table.ts'

/**
 * Measures every goal of the verdict: `npm run goals`. Exit code 1 if one is missed. `npm run goals -- --share 0.01` runs one
 * hundredth of the trials, which proves nothing. Each part runs in a separate process, so that the memory of one part does not
 * affect another. `--part 2` runs only the second one.
 */
const { values } = parseArgs({
  options: { share: { type: 'string', default: '1' }, part: { type: 'string', default: '' } },
})
const share = Number(values.share)
if (!(share > 0 && share <= 1)) throw new Error(`--share ${values.share} is not above 0 and at most 1`)
const shareOf = (count: number): number => Math.ceil(share * count)

const parts: { what: string; minutes: number; measure: () => Promise<Findings> }[] = [
  {
    what: 'histories of acknowledged writes',
    minutes: 1,
    measure: async () => (await import('./history.ts')).measureHistory(shareOf(10_000)),
  },
  {
    what: 'the verdict on simulated drills',
    minutes: 1,
    measure: async () => (await import('./simulation.ts')).measureSimulation(shareOf(1_000)),
  },
  {
    what: 'statistics and ranking',
    minutes: 2,
    measure: async () => (await import('./statistics.ts')).measureStatistics(shareOf(300)),
  },
  {
    what: 'integrity',
    minutes: 2,
    measure: async () => (await import('./integrity.ts')).measureIntegrity(shareOf(10_000)),
  },
  {
    what: 'the interval of the recovery time, with real outages',
    minutes: 20,
    measure: async () => {
      const { measureOutages } = await import('./recovery.ts')
      return measureOutages({ outages: shareOf(1_000), stalled: shareOf(100), pairs: 4, highPriority: true })
    },
  },
]

if (values.part === '') await measureAll()
else await measurePart(Number(values.part))

async function measurePart(number: number): Promise<void> {
  const part = parts[number - 1]
  if (!part) throw new Error(`--part ${values.part} is not one of 1 to ${parts.length}`)
  console.log(`\n${number} of ${parts.length}: ${part.what}, about ${part.minutes} min on two cores without --share`)
  const began = performance.now()
  const findings = await part.measure()
  print(findings)
  console.log(`took ${((performance.now() - began) / 60_000).toFixed(1)} min`)
  process.send?.(findings)
}

async function measureAll(): Promise<void> {
  const missed: string[] = []
  let reached = 0
  for (const [index, { what }] of parts.entries()) {
    const child = fork(import.meta.filename, ['--share', values.share, '--part', String(index + 1)])
    // `close` comes after the channel's last message has been read.
    const ended = once(child, 'close')
    const told = once(child, 'message') as Promise<[Findings]>
    const [findings] = await Promise.race([told, ended.then(() => [null])])
    await ended
    const rows = findings?.rows ?? [{ what: 'it ended without a figure', reached: false }]
    reached += rows.filter((row) => row.reached).length
    missed.push(...rows.filter((row) => row.reached === false).map((row) => `${what}: ${row.what.trim()}`))
  }
  console.log(`\n${reached} goals reached, ${missed.length} missed${missed.map((one) => `\n  ${one}`).join('')}`)
  if (missed.length > 0) process.exitCode = 1
}
