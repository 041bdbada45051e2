import { expect, test } from '@playwright/test'
import type { DrillFact } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { createRandom } from '../../../lib/verdict/statistics/random.ts'
import { change } from '../verdict/facts-builder.ts'
import { checking, playPassing, tryDamage, type PassedDrill } from './damages.ts'
import { damages } from './damages-all.ts'
import { finding } from './damages-data.ts'

test.describe.configure({ mode: 'default' })

let drills: PassedDrill[] = []
test.beforeAll(async () => {
  drills = await playPassing(Array.from({ length: 27 }, (_, seed) => seed))
  expect(drills.length).toBe(27)
})

for (const damage of damages) {
  test(`a drill with ${damage.title} never passes, and gives the reason`, () => {
    const { judged, passed, wrong } = tryDamage(damage, drills)
    expect(judged).toBeGreaterThan(0)
    expect(passed).toEqual([])
    expect(wrong).toEqual([])
  })
}

test('a drill from before the check of claims is judged as it was then', () => {
  const restored = drills.filter(({ facts }) => facts.some(({ kind }) => kind === 'restore.ended'))
  expect(restored.length).toBeGreaterThan(0)
  for (const { facts } of restored) {
    const older = facts.map((fact): DrillFact => {
      if (fact.kind !== 'restore.requested' && fact.kind !== 'restore.ended') return fact
      const { claim, ...rest } = fact
      expect(claim).toBe(fact.kind === 'restore.ended' ? 'there' : 'gone')
      return rest
    })
    expect(judgeDrill(older)).toEqual(judgeDrill(facts))
  }
})

test('a clock jump as long as an outage fails no tool, and a longer outage does', () => {
  const slow = (facts: DrillFact[]) =>
    change(facts, 'drill.planned', (fact) => ({ ...fact, objectives: { rtoMs: 1, rpoMs: 120_000 } }))
  // All that was recorded before the fault says a later time than it was.
  const jumped = (facts: DrillFact[], byMs: number) => {
    const struck = facts.findIndex(({ kind }) => kind === 'fault.observed')
    return facts.map((fact, index) => (index >= struck ? fact : { ...fact, at: fact.at + byMs }))
  }
  const rtoOf = (facts: DrillFact[]) => judgeDrill(facts).rtoMs?.low ?? 0
  const outages = drills.filter(({ facts }) => rtoOf(facts) > 1)
  expect(outages.length).toBeGreaterThan(0)
  for (const { facts } of outages) {
    expect(judgeDrill(slow(facts)).verdict).toBe('fail')
    const far = jumped(slow(facts), rtoOf(facts))
    const { verdict, reasons } = judgeDrill(far)
    expect(verdict).toBe('inconclusive')
    expect(reasons.join()).toMatch(/the clock jumped: RTO/)
    const damaged = checking('after-restore', () => ({ findings: [finding] }))(far, () => 0)
    expect(judgeDrill(damaged ?? [])).toMatchObject({ verdict: 'fail' })
  }
  const longer = outages.filter(({ facts }) => rtoOf(facts) > 5_000)
  expect(longer.length).toBeGreaterThan(0)
  for (const { facts } of longer) {
    const near = judgeDrill(jumped(slow(facts), 1_000))
    expect(near).toMatchObject({ verdict: 'fail' })
    expect(near.parts.find(({ question }) => question === 'clock')?.verdict).toBe('inconclusive')
  }
})

test('a drill with two damages never passes', () => {
  const draw = createRandom(11)
  for (let trial = 0; trial < 200; trial++) {
    const pick = () => damages[Math.floor(draw() * damages.length)]
    const [{ facts }, one, other] = [drills[trial % drills.length] ?? { facts: [] }, pick(), pick()]
    const once = one?.edit(facts, draw)
    // The second may need what the first took away.
    const twice = once?.some(({ kind }) => kind === 'fault.observed') ? other?.edit(once, draw) : null
    const damaged = twice ?? once
    if (!damaged || damaged.length === 0) continue
    expect(judgeDrill(damaged).verdict, `${one?.title ?? ''} and ${other?.title ?? ''}`).not.toBe('pass')
  }
})
