import { expect, test } from '@playwright/test'
import type { DrillFact, Write } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { buildDrill, buildWrites, change, startMs } from './facts-builder.ts'

/** The mesh is read for the last time at 2 s; the backup is from 6 s to 9 s, the fault at 15 s. */
const readyAt2s = (facts: DrillFact[]) =>
  change(facts, 'mesh.state', (fact) => (fact.phase === 'before' ? { ...fact, at: startMs + 2000 } : fact))

const impactOf = (writes: Write[], facts = buildDrill()) =>
  judgeDrill(change(readyAt2s(facts), 'writes', (fact) => ({ ...fact, writes }))).evidence.backupImpact

/** A write every 10 ms, which takes `takesMs` at a time in ms from the start. Null: not acknowledged. */
const writesThat = (takesMs: (atMs: number, index: number) => number | null, everyMs = 10): Write[] =>
  Array.from({ length: 14_000 / everyMs }, (_, index) => {
    const [at, sequence] = [index * everyMs, index + 1]
    const took = takesMs(at, index)
    const acknowledgedMs = took === null ? null : startMs + at + took
    return { sequence, slot: index, generation: 1, sentMs: startMs + at, acknowledgedMs }
  })

const isDuring = (at: number): boolean => at >= 6000 && at < 9000

test('answers during the backup are told apart from those before it', () => {
  const impact = impactOf(writesThat((at) => (isDuring(at) ? 30 : 4)))
  expect(impact).toEqual({
    before: { writes: 400, failed: 0, p50Ms: 4, p99Ms: 4 },
    during: { writes: 300, failed: 0, p50Ms: 30, p99Ms: 30 },
  })
})

test('the time until the drill has read the volume and the mesh does not count, nor that after the backup', () => {
  const impact = impactOf(writesThat((at) => (at < 2000 || at >= 9000 ? 900 : 4)))
  expect([impact?.before.p99Ms, impact?.during.p99Ms]).toEqual([4, 4])
})

test('the 99 % quantile leaves out one answer in a hundred, and the median half of them', () => {
  const impact = impactOf(writesThat((at, index) => (isDuring(at) ? (index % 100) + 1 : 4)))
  expect(impact?.during).toMatchObject({ p50Ms: 50, p99Ms: 99 })
})

test('writes without a 2xx are counted, and have no latency', () => {
  const impact = impactOf(writesThat((at, index) => (isDuring(at) && index % 3 === 0 ? null : 4)))
  expect(impact?.during).toEqual({ writes: 300, failed: 100, p50Ms: 4, p99Ms: 4 })
  const none = impactOf(writesThat((at) => (isDuring(at) ? null : 4)))
  expect(none?.during).toEqual({ writes: 300, failed: 300, p50Ms: null, p99Ms: null })
})

test('nothing is told of a window with fewer than 100 writes', () => {
  expect(impactOf(writesThat(() => 4, 30))).not.toBeNull()
  expect(impactOf(writesThat(() => 4, 31))).toBeNull()
  expect(impactOf(buildWrites())).toBeNull()
})

test('nothing is told of a drill without a backup, or whose fault struck the backup', () => {
  const writes = writesThat(() => 4)
  const without = buildDrill().filter(({ kind }) => !kind.startsWith('backup.'))
  expect(impactOf(writes, without)).toBeNull()
  const early = change(buildDrill(), 'fault.observed', (fact) => ({
    ...fact,
    between: [startMs + 7000, startMs + 7010],
  }))
  expect(impactOf(writes, early)).toBeNull()
})

test('nothing is told of a drill whose log of writes is incomplete', () => {
  const facts = change(buildDrill(), 'load.ended', (fact) => ({ ...fact, load: { ...fact.load, error: 'k6 crashed' } }))
  expect(
    impactOf(
      writesThat(() => 4),
      facts,
    ),
  ).toBeNull()
})
