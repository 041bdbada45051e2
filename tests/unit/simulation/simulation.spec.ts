import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { readFacts } from '../../../lib/record/read.ts'
import { virtualClock } from '../../../lib/simulation/clock.ts'
import { drawScenario } from '../../../lib/simulation/scenario.ts'
import { writeSimulation } from '../../../lib/simulation/events.ts'
import { simulateDrill, crashingChecker, type HarnessTrouble } from '../../../lib/simulation/simulate.ts'
import { survivable, type TroubleName } from '../../../lib/simulation/troubles.ts'
import { summarise } from '../../../lib/verdict/summarise.ts'
import { buildRun } from '../verdict/facts-builder.ts'
import { findAccused } from './controls.ts'

const seedsTo = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed)

test('a working tool passes 200 drills with any fault', async () => {
  const troubles = new Set(seedsTo(200).map((seed) => drawScenario(seed).trouble))
  expect([...troubles].sort()).toEqual(survivable.toSorted())
  expect(await findAccused(seedsTo(200), { among: [...survivable] })).toEqual([])
})

test('one seed gives the same facts, byte for byte, and another seed gives others', async () => {
  for (const trouble of survivable) {
    const play = async (seed: number) => JSON.stringify((await simulateDrill(drawScenario(seed, [trouble]))).facts)
    const first = await play(3)
    expect(await play(3), trouble).toBe(first)
    expect(await play(4), trouble).not.toBe(first)
  }
})

test('drills that are simulated at the same time do not affect each other', async () => {
  const alone = await simulateDrill(drawScenario(5))
  const [one, , other] = await Promise.all([5, 6, 5].map((seed) => simulateDrill(drawScenario(seed))))
  expect(one).toEqual(alone)
  expect(other).toEqual(alone)
})

test('a fault without effect proves nothing', async () => {
  for (const seed of seedsTo(20)) {
    const { result } = await simulateDrill(drawScenario(seed, ['fault without effect']))
    expect(result.verdict).not.toBe('pass')
    expect(result.reasons.join('\n')).toMatch(/the fault did not interrupt the service/)
  }
})

test('a fault on a running restore strikes while it runs', async () => {
  for (const seed of seedsTo(20)) {
    const { facts } = await simulateDrill(drawScenario(seed, ['restore disturbed']))
    const ended = facts.findIndex(({ kind }) => kind === 'restore.ended')
    const struck = facts.findLastIndex(({ kind }) => kind === 'fault.observed')
    expect(struck, `seed ${seed}`).toBeGreaterThan(facts.findIndex(({ kind }) => kind === 'restore.requested'))
    expect(struck, `seed ${seed}`).toBeLessThan(ended)
  }
})

const quiet = { stall: null, crashAfterMs: null }
const survives: TroubleName[] = ['crash', 'flapping', 'brown-out']
const harnessTroubles: [what: string, harness: Partial<HarnessTrouble>, because: RegExp, among?: TroubleName[]][] = [
  [
    'the prober stands still for 2 s',
    { prober: { ...quiet, stall: { afterMs: 3_000, durationMs: 2_000 } } },
    /probes are missing/,
  ],
  ['the prober crashes at once', { prober: { ...quiet, crashAfterMs: 2_000 } }, /the service was never well for 4 s/],
  [
    'the prober crashes later',
    { prober: { ...quiet, crashAfterMs: 7_000 } },
    /the prober crashed \(signal SIGKILL\)/,
    survives,
  ],
  ['the load cannot be trusted', { load: 'k6 was killed' }, /the load cannot be trusted: k6 was killed/],
  ['nobody samples resources', { blind: true }, /no resource samples of the tool's pods/],
  ['the checker crashes', { checker: crashingChecker }, /the checker crashed \(signal SIGSEGV\)/],
  [
    'the inventory fails',
    { inventory: () => Promise.reject(new Error('no answer')) },
    /the fault is gone is not known: no answer/,
  ],
  [
    'no fact of the fault is written',
    { missing: ({ kind }) => kind === 'fault.observed' },
    /no fault was seen to take effect/,
  ],
  ['no fact of the probes is written', { missing: ({ kind }) => kind === 'probes' }, /there are no probes/],
  ['the clock is set back by 5 s', { clockJump: { afterMs: 8_000, byMs: -5_000 } }, /the clock (went back|jumped)/],
]
for (const [what, harness, because, among] of harnessTroubles) {
  test(`where ${what}, the drill is inconclusive`, async () => {
    for (const seed of seedsTo(8)) {
      const { result } = await simulateDrill(drawScenario(seed, among), { harness })
      expect(result.verdict, result.reasons.join('\n')).toBe('inconclusive')
      expect(result.reasons.join('\n')).toMatch(because)
    }
  })
}

test('a crashed prober does not fail the tool', async () => {
  for (const seed of seedsTo(8)) {
    const harness = { prober: { ...quiet, crashAfterMs: 7_000 } }
    const { result } = await simulateDrill(drawScenario(seed, ['deletion']), { harness })
    expect(result.verdict, result.reasons.join('\n')).toBe('inconclusive')
  }
})

test('a leftover of a fault fails the drill', async () => {
  const inventory = () => Promise.resolve(['a chain of Chaos Mesh is left'])
  const { result } = await simulateDrill(drawScenario(1), { harness: { inventory } })
  expect(result).toMatchObject({ verdict: 'fail', reasons: ['a chain of Chaos Mesh is left'] })
})

test('the measured duration of an outage is its true duration', async () => {
  for (const seed of seedsTo(20)) {
    const { facts, result } = await simulateDrill(drawScenario(seed, ['crash']))
    const struckMs = facts.find((fact) => fact.kind === 'fault.observed')?.between[0] ?? NaN
    const samples = facts.flatMap((fact) => (fact.kind === 'probes' ? fact.samples : []))
    const backMs = samples.find(([due, , right]) => right && due > struckMs + 300)?.[0] ?? NaN
    expect(result.rtoMs?.low).toBeLessThanOrEqual(backMs - struckMs)
    expect(result.rtoMs?.high).toBeGreaterThanOrEqual(backMs - struckMs)
  }
})

test('simulated drills in a file are judged as in memory, and marked as simulated', async () => {
  const file = join(test.info().outputPath(), 'simulated', 'events.jsonl')
  const scenarios = seedsTo(5).map((seed) => drawScenario(seed))
  const played = await writeSimulation(file, scenarios)
  const summary = summarise(readFacts(file))
  expect(summary.drills).toEqual(played.map(({ result }) => result))
  expect(summary.run).toMatchObject({ provider: 'simulated', id: 'simulated-0' })
  expect(summary.drills.every(({ evidence }) => evidence.notes[0]?.startsWith('simulated:'))).toBe(true)
  await expect(writeSimulation(file, scenarios)).rejects.toThrow(/exists already/)
})

test('simulated drills cannot be part of a ranking of measured drills', async () => {
  const file = join(test.info().outputPath(), 'events.jsonl')
  await writeSimulation(file, [drawScenario(0)])
  const { facts } = readFacts(file)
  expect(() => summarise({ facts: [...buildRun(), ...facts], torn: [] })).toThrow(/belong to more than one run/)
  expect(summarise({ facts, torn: [] }).ranking).toEqual([])
})

test.describe('the virtual clock', () => {
  test('the virtual clock wakes sleepers in the order in which they are due, and then in the order in which they came', async () => {
    const clock = virtualClock(1_000)
    const woken: string[] = []
    const sleep = async (name: string, ms: number) => {
      await clock.sleep(ms)
      woken.push(`${name} at ${clock.now()}`)
    }
    await clock.run(async () => {
      await Promise.all([sleep('late', 50), sleep('one', 20), sleep('other', 20), sleep('now', 0)])
    })
    expect(woken).toEqual(['now at 1000', 'one at 1020', 'other at 1020', 'late at 1050'])
  })

  test('the virtual clock reports a drill that waits for something other than time', async () => {
    const never = () => new Promise<never>(() => undefined)
    await expect(virtualClock(0).run(never)).rejects.toThrow(/after 0 ms of virtual time no event is left/)
  })
})
