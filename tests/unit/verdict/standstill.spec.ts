import { expect, test } from '@playwright/test'
import type { DrillFact, Write } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import {
  buildDrill,
  buildWrites,
  change,
  createRandom,
  faultMs,
  findSlots,
  outageMs,
  startMs,
} from './facts-builder.ts'

/** The machine stood still from this time of the drill on. */
interface Standstill {
  fromMs: number
  durationMs: number
}

/** Maximum delay of a batch of probes, plus the interval of probes. */
const recordingMs = 100

/** The facts of the same drill on a machine that stood still in between. */
function standStill(facts: DrillFact[], stalls: Standstill[]): DrillFact[] {
  const later = (ms: number) => stalls.reduce((at, { fromMs, durationMs }) => (ms >= fromMs ? at + durationMs : at), ms)
  const move = (value: unknown): unknown => {
    if (typeof value === 'number') return value >= startMs ? later(value) : value
    if (Array.isArray(value)) return value.map(move)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, move(one)]))
  }
  return facts
    .flatMap((fact): DrillFact[] => {
      if (fact.kind !== 'probes') return [move(fact) as DrillFact]
      const starts = [...stalls.map(({ fromMs }) => fromMs).sort((one, other) => one - other), Infinity]
      return starts.map((endMs, index): DrillFact => {
        const samples = fact.samples.filter(([due]) => due < endMs && due >= (starts[index - 1] ?? 0))
        const batch = move({ ...fact, samples }) as DrillFact
        return { ...batch, at: Math.min(later(endMs) + recordingMs / 2, batch.at) }
      })
    })
    .toSorted((one, other) => one.at - other.at)
}

const partOf = (facts: DrillFact[], name: string) => {
  const part = judgeDrill(facts).parts.find((one) => one.question === name)
  return part?.verdict
}

/** Loses one write that was acknowledged before the fault. Slots from 80 on were written once. */
function loseOne(facts: DrillFact[], { slot }: Write): DrillFact[] {
  return change(facts, 'integrity.checked', (fact) => ({
    ...fact,
    check: { ...fact.check, slots: findSlots(buildWrites()).map(([one, found]) => [one, one === slot ? -1 : found]) },
  }))
}

const objectives = (facts: DrillFact[], rtoMs: number, rpoMs: number) =>
  change(facts, 'drill.planned', (fact) => ({ ...fact, objectives: { rtoMs, rpoMs } }))

test('in 600 random drills, a lost write is judged by its age minus the time that the machine stood still since', () => {
  const counts = { fail: 0, inconclusive: 0, pass: 0 }
  const wrong: object[] = []
  const writes = buildWrites().filter(({ slot, sentMs }) => slot >= 80 && sentMs < faultMs - 100)
  for (let seed = 0; seed < 600; seed++) {
    const draw = createRandom(seed)
    const write = writes[Math.floor(draw() * writes.length)]
    if (write === undefined || write.acknowledgedMs === null)
      throw new Error('every write before the fault was acknowledged')
    const stalls = Array.from({ length: Math.floor(4 * draw()) }, () => ({
      fromMs: startMs + 1_000 + Math.floor(13_000 * draw()),
      durationMs: 11_200 + Math.floor(30_000 * draw()),
    }))
    const since = stalls.filter(({ fromMs }) => fromMs > (write.acknowledgedMs ?? NaN))
    const stoodMs = since.reduce((sum, { durationMs }) => sum + durationMs, 0)
    const ageMs = faultMs - write.acknowledgedMs
    const limitMs = 1 + Math.floor(2 * draw() * (ageMs + stoodMs))
    const verdict = partOf(objectives(standStill(loseOne(buildDrill(), write), stalls), 10_000, limitMs), 'rpo')
    counts[verdict ?? 'inconclusive']++
    // A standstill that began in the 50 ms between two probes may count as one before the write.
    const slackMs = recordingMs * (2 * stalls.length + 1)
    const trial = { seed, verdict, ageMs, stoodMs, limitMs }
    const isClear = stalls.every(({ fromMs }) => Math.abs(fromMs - (write.acknowledgedMs ?? NaN)) > recordingMs)
    if (isClear && ageMs > limitMs + slackMs && verdict !== 'fail') wrong.push({ ...trial, expected: 'fail' })
    if (ageMs + 10 <= limitMs && verdict === 'fail') wrong.push({ ...trial, expected: 'no fail' })
    if (verdict === 'pass' && ageMs + stoodMs > limitMs) wrong.push({ ...trial, expected: 'no pass' })
  }
  expect(wrong).toEqual([])
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(50)
})

test('RTO is judged without the time that the machine stood still', () => {
  const stalls = [{ fromMs: outageMs.from + 4_000, durationMs: 20_000 }]
  const rto = (limitMs: number, where = stalls) =>
    partOf(objectives(standStill(buildDrill(), where), limitMs, 0), 'rto')
  // The outage lasted 8 s besides that. The next batch is recorded 50 ms late.
  expect([7_700, 7_800].map((ms) => rto(ms))).toEqual(['fail', 'fail'])
  expect([8_000, 27_000, 47_000].map((ms) => rto(ms))).toEqual(['inconclusive', 'inconclusive', 'inconclusive'])
  expect(rto(48_300)).toBe('pass')
  // A standstill before the fault, or after the service was restored, changes nothing.
  const [before, behind] = [startMs + 8_000, faultMs + 15_000].map((fromMs) => [{ fromMs, durationMs: 20_000 }])
  expect([7_900, 8_100].map((ms) => rto(ms, before))).toEqual(['fail', 'pass'])
  // It was not seen whether the service went away again in between.
  expect([7_900, 8_100].map((ms) => rto(ms, behind))).toEqual(['fail', 'inconclusive'])
})

test('a drill on a machine that stood still never passes', () => {
  const stood = standStill(buildDrill(), [{ fromMs: startMs + 8_000, durationMs: 20_000 }])
  expect(judgeDrill(stood)).toMatchObject({ verdict: 'inconclusive' })
  expect(partOf(stood, 'clock')).toBe('inconclusive')
})

test('an empty slot is a loss even if the write log has holes', () => {
  const [gone, lost] = [buildWrites()[90], buildWrites()[100]]
  if (gone === undefined || lost === undefined) throw new Error('there are 600 writes')
  const hole = (facts: DrillFact[]) =>
    change(facts, 'writes', (fact) => ({
      ...fact,
      writes: fact.writes.filter(({ sequence }) => sequence !== gone.sequence),
    }))
  const holding = (sequence: number, slot: number) => (facts: DrillFact[]) =>
    change(facts, 'integrity.checked', (fact) => ({
      ...fact,
      check: { ...fact.check, slots: fact.check.slots.map(([one, found]) => [one, one === slot ? sequence : found]) },
    }))
  const rpo = (...edits: ((facts: DrillFact[]) => DrillFact[])[]) =>
    partOf(
      edits.reduce((facts, edit) => edit(facts), buildDrill()),
      'rpo',
    )
  expect(rpo(hole)).toBe('inconclusive')
  expect(rpo(hole, holding(-1, lost.slot))).toBe('fail')
  // The slot holds the unlisted write, or a record that no write log explains.
  const moved = holding(-1, gone.slot)
  expect(rpo(hole, moved, holding(gone.sequence, lost.slot))).toBe('inconclusive')
  expect(rpo(hole, holding(lost.sequence, gone.slot), holding(lost.sequence, lost.slot + 1))).toBe('fail')
  // One unlisted write cannot be in two slots.
  expect(rpo(hole, holding(gone.sequence, lost.slot))).toBe('fail')
})
