import { expect, test } from '@playwright/test'
import type { DrillFact, ProbeSample } from '../../../lib/record/facts.ts'
import { compareWithLimit, widen } from '../../../lib/verdict/interval.ts'
import { doubtClock, findClockTroubles, sumUncertainty, unseenMs } from '../../../lib/verdict/uncertainty.ts'

const drill = 'd1'
const note = (at: number): DrillFact => ({ at, drill, kind: 'note', text: 'a note' })
/** A batch that was recorded at `at`, of probes that were due until `untilMs`. */
const probes = (at: number, untilMs: number): DrillFact => {
  const samples = [100, 50, 0].map((ms): ProbeSample => [untilMs - ms, untilMs - ms, true])
  return { at, drill, kind: 'probes', intervalMs: 50, timeoutMs: 1000, samples }
}
const sizes = (...facts: DrillFact[]) => findClockTroubles(facts).map(({ kind, sizeMs }) => [kind, sizeMs])

test('a duration is beyond or within a limit only if both its ends are', () => {
  const [limit, errorMs] = [60_000, 12_000]
  const against = (ms: number) => compareWithLimit(widen({ low: ms, high: ms }, errorMs), limit)
  expect([-1, 0, 1].map((ms) => against(limit + errorMs + ms))).toEqual(['unknown', 'unknown', 'beyond'])
  expect([-1, 0, 1].map((ms) => against(limit - errorMs + ms))).toEqual(['within', 'within', 'unknown'])
  expect(compareWithLimit({ low: 5, high: 5 }, 5)).toBe('within')
  expect(compareWithLimit({ low: NaN, high: NaN }, 5)).toBe('unknown')
  expect(compareWithLimit(widen({ low: 1e9, high: 1e9 }, Infinity), 5)).toBe('unknown')
})

test('the error of a clock that was set back includes the possible time between two facts', () => {
  expect(findClockTroubles([note(10_000), note(7_000)])).toEqual([
    {
      between: [7_000 - unseenMs, 10_000 + unseenMs],
      sizeMs: 3_000 + unseenMs,
      kind: 'set',
      found: { code: 'clock.set-back', reason: 'the clock went back by 3 s before fact "note"' },
    },
  ])
  expect(sizes(note(10_000), note(9_950))).toEqual([])
  expect(sizes(note(10_000), note(9_949))).toEqual([['set', 51 + unseenMs]])
})

test('a clock that was set back once gives one trouble, and two steps add up', () => {
  expect(sizes(note(10_000), note(7_000), note(8_000), note(9_000))).toHaveLength(1)
  expect(sizes(note(10_000), note(7_000), note(8_000), note(6_000))).toEqual([
    ['set', 3_000 + unseenMs],
    ['set', 2_000 + unseenMs],
  ])
  // Small steps back add up to a visible one.
  expect(sizes(note(10_000), note(9_970), note(9_940))).toEqual([['set', 60 + unseenMs]])
})

test('probes that stay ahead of a clock that was set back give no new trouble', () => {
  const ahead = [probes(11_000, 15_900), probes(12_000, 16_900), probes(13_000, 17_900)]
  expect(sizes(note(15_000), note(10_000), ...ahead)).toEqual([['set', 5_000 + unseenMs]])
  expect(sizes(...ahead)).toEqual([['set', 4_900 + unseenMs]])
  expect(sizes(...ahead, probes(14_000, 23_000))).toEqual([
    ['set', 4_900 + unseenMs],
    ['set', 4_100 + unseenMs],
  ])
})

test('a standstill lasts from the last probe before it to the first batch after it', () => {
  const still = findClockTroubles([probes(1_000, 900), probes(20_500, 1_400), probes(21_500, 21_400)])
  expect(still).toMatchObject([{ between: [1_400, 20_500], sizeMs: 19_100, kind: 'still' }])
  expect(sizes(probes(1_000, 900), probes(12_400, 1_400))).toEqual([])
  expect(sizes(probes(1_000, 900), probes(12_401, 1_400))).toEqual([['set', 11_001]])
})

test('several standstills add up, even if they follow each other directly', () => {
  const twice = [probes(1_000, 900), probes(20_000, 1_000), probes(21_000, 20_900), probes(41_000, 21_000)]
  expect(sizes(...twice)).toEqual([
    ['still', 19_000],
    ['set', 20_000],
  ])
  expect(sizes(probes(1_000, 900), probes(20_000, 1_000), probes(40_000, 20_050), probes(41_000, 40_900))).toEqual([
    ['set', 19_000],
    ['still', 19_950],
  ])
  // At most the time since the previous batch can have been lost.
  expect(sizes(probes(1_000, 900), probes(20_000, 1_000), probes(35_000, 5_000))).toEqual([
    ['set', 19_000],
    ['set', 15_000],
  ])
})

test('a clock that was set ahead gives one trouble, although each later batch is late', () => {
  const late = [1, 2, 3, 4].map((second) => probes(61_000 + 1_000 * second, 1_000 + 1_000 * second))
  expect(sizes(probes(1_000, 900), ...late)).toEqual([['set', 60_000]])
})

test('a write that was acknowledged before it was sent shows a clock that was set back', () => {
  const writes = (...acknowledged: (number | null)[]): DrillFact => ({
    at: 20_000,
    drill,
    kind: 'writes',
    writes: acknowledged.map((acknowledgedMs, index) => {
      return { sequence: index, slot: index, generation: 1, sentMs: 10_000, acknowledgedMs }
    }),
  })
  expect(sizes(writes(null, 9_950, 10_004))).toEqual([])
  expect(sizes(writes(9_000, 8_000, null))).toEqual([['set', 2_000 + unseenMs]])
  expect(sizes(writes(8_000, 9_000))).toEqual([['set', 2_000 + unseenMs]])
  expect(sizes(note(19_000), note(17_000), writes(8_000))).toEqual([['set', 2_000 + unseenMs]])
})

test('a fact without a time leaves every duration open', () => {
  const troubles = findClockTroubles([note(1), note(NaN), note(2)])
  expect(sumUncertainty(troubles, 5, 6)).toBe(Infinity)
})

test('the error of a duration is the sum of the troubles between its ends, in any order of the ends', () => {
  const troubles = findClockTroubles([note(10_000), note(7_000), note(50_000), note(49_000)])
  expect(sumUncertainty(troubles, 0, 7_000 - unseenMs - 1)).toBe(0)
  expect(sumUncertainty(troubles, 0, 7_000 - unseenMs)).toBe(5_000)
  expect(sumUncertainty(troubles, 10_000 + unseenMs, 20_000)).toBe(5_000)
  expect(sumUncertainty(troubles, 10_000 + unseenMs + 1, 20_000)).toBe(0)
  expect(sumUncertainty(troubles, 60_000, 0)).toBe(8_000)
})

test('a late answer does not hide a standstill, and a timely answer shows that none had started', () => {
  const answering = (answered: number | null): DrillFact => {
    return { at: 30_000, drill, kind: 'probes', intervalMs: 50, timeoutMs: 1000, samples: [[1_000, answered, true]] }
  }
  expect(sizes(answering(29_900))).toEqual([['set', 29_000]])
  expect(sizes(answering(2_001))).toEqual([['set', 29_000]])
  expect(sizes(answering(2_000))).toEqual([['set', 28_000]])
  expect(sizes(answering(null))).toEqual([['set', 29_000]])
})

test('an answer that a clock jump leaves open names its maximum error, even if that is unlimited', () => {
  expect(doubtClock('rpo.clock-doubt', 1_500, 'a write is lost').reason).toBe(
    'the clock jumped: a write is lost; this may be wrong by 1.5 s',
  )
  expect(doubtClock('rpo.clock-doubt', Infinity, 'a write is lost').reason).toMatch(
    /; this may be wrong by any amount$/,
  )
})
