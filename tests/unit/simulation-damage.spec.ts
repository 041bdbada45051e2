import { expect, test } from '@playwright/test'
import { judgeDrill } from '../../lib/verdict/judge.ts'
import { drawFrom } from '../../lib/verdict/statistics/random.ts'
import { playPassing, tryDamage, type PassedDrill } from './simulation-damages.ts'
import { proofDamages } from './simulation-damages-proof.ts'
import { dataDamages } from './simulation-damages-data.ts'
import { toolDamages } from './simulation-damages-tool.ts'
import { mendedDamages, unseenDamages } from './simulation-damages-unseen.ts'

test.describe.configure({ mode: 'default' })

let drills: PassedDrill[] = []
test.beforeAll(async () => {
  drills = await playPassing(Array.from({ length: 27 }, (_, seed) => seed))
  expect(drills.length).toBe(27)
})

for (const damage of [...proofDamages, ...toolDamages, ...dataDamages, ...mendedDamages]) {
  test(`a drill with ${damage.title} never passes, and says why`, () => {
    const { judged, passed, wrong } = tryDamage(damage, drills)
    expect(judged).toBeGreaterThan(0)
    expect(passed).toEqual([])
    expect(wrong).toEqual([])
  })
}

for (const damage of unseenDamages) {
  // The verdict does not see it yet.
  test.fixme(`a drill with ${damage.title} never passes, and says why`, () => {
    const { passed, wrong } = tryDamage(damage, drills)
    expect([...passed, ...wrong]).toEqual([])
  })
}

test('a drill with two damages never passes either', () => {
  const damages = [...proofDamages, ...toolDamages, ...dataDamages]
  const draw = drawFrom(11)
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
