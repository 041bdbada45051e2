import { expect, test } from '@playwright/test'
import { virtualClock, type Standstill } from '../../../lib/simulation/clock.ts'
import { firstWrittenFile } from '../../../lib/simulation/corruption.ts'
import { drawScenario } from '../../../lib/simulation/scenario.ts'
import { noopWorkload } from '../../../lib/simulation/noop-tool.ts'
import { simulateDrill } from '../../../lib/simulation/simulate.ts'
import type { TroubleName } from '../../../lib/simulation/troubles.ts'
import { damagesWhatItRestores } from '../../../lib/controls/wrappers.ts'
import { createRandom } from '../../../lib/verdict/statistics/random.ts'

const restored: TroubleName[] = ['deletion', 'corruption', 'deletion after two backups']
const ledger = { pods: { labels: { app: 'ledger' }, container: 'ledger' }, claims: ['ledger-data'] }
const seeds = Array.from({ length: 60 }, (_, seed) => seed)

/** One to three times, of 2 s to 30 s, in the first 30 s of a drill. */
function drawStandstills(seed: number): Standstill[] {
  const draw = createRandom(seed + 31)
  draw()
  return Array.from({ length: 1 + Math.floor(3 * draw()) }, () => ({
    fromMs: Math.round(30_000 * draw()),
    durationMs: Math.round(2_000 + 28_000 * draw()),
  }))
}

const stallOf = (seed: number): { harness: { standstills: Standstill[] } } => ({
  harness: { standstills: drawStandstills(seed) },
})
const clockOf = ({ result }: Awaited<ReturnType<typeof simulateDrill>>) =>
  result.parts.find(({ question }) => question === 'clock')?.verdict

test('a tool that drops a file of new records fails, independent of standstills of the machine', async () => {
  const wrong: string[] = []
  let stoodStill = 0
  for (const seed of seeds) {
    const played = await simulateDrill(drawScenario(seed, restored), {
      ...stallOf(seed),
      breakTool: (tool, { world }) =>
        damagesWhatItRestores(tool, 'drops-files', () => firstWrittenFile(world), noopWorkload(), ledger, seed),
    })
    if (clockOf(played) === 'inconclusive') stoodStill++
    const { verdict, reasons } = played.result
    if (verdict !== 'fail') wrong.push(`seed ${seed}: ${verdict}: ${reasons.join('; ')}`)
  }
  expect(wrong).toEqual([])
  expect(stoodStill).toBeGreaterThan(20)
})

test('a working tool never fails because of a standstill of the machine', async () => {
  const accused: string[] = []
  let stoodStill = 0
  for (const seed of seeds) {
    const played = await simulateDrill(drawScenario(seed, restored), stallOf(seed))
    if (clockOf(played) === 'inconclusive') stoodStill++
    const { verdict, reasons } = played.result
    if (verdict === 'fail') accused.push(`seed ${seed}: ${JSON.stringify(drawStandstills(seed))} ${reasons.join('; ')}`)
  }
  expect(accused).toEqual([])
  expect(stoodStill).toBeGreaterThan(20)
})

test('events that are due during a standstill happen at its end, in the order in which they were due', async () => {
  const clock = virtualClock(0, [
    { fromMs: 40, durationMs: 10 },
    { fromMs: 10, durationMs: 30 },
  ])
  const woken: string[] = []
  const sleep = async (name: string, ms: number) => {
    await clock.sleep(ms)
    woken.push(`${name} at ${clock.now()}`)
  }
  await clock.run(async () => {
    await Promise.all([sleep('late', 51), sleep('second', 20), sleep('first', 10), sleep('before', 9)])
  })
  expect(woken).toEqual(['before at 9', 'second at 50', 'first at 50', 'late at 51'])
})
