import { expect, test } from '@playwright/test'
import { cpSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Fact } from '../../../../lib/record/facts.ts'
import { startMs } from '../../verdict/facts-builder.ts'
import { ALL, counted, makeResults, merge, nightOf, places, UIDS } from './nights.ts'
import { writeRun } from './write-run.ts'

for (const [format, uids] of [
  ['with random ids', UIDS],
  ['of earlier versions, without random ids', []],
] as [string, string[]][]) {
  test(`merging results again, with the merged runs among them, changes neither drills nor ranking, for runs ${format}`, async () => {
    const { results, nights } = makeResults(uids)
    const first = await merge(nights, results)
    expect(counted(first.summary)).toEqual(ALL)
    let all = [...nights, first.folder]
    for (let time = 0; time < 3; time++) {
      const again = await merge(all, results)
      expect(counted(again.summary)).toEqual(ALL)
      expect(places(again.summary)).toEqual(places(first.summary))
      expect(again.said).toMatch(/beware: ".*" is left out: it is a merged run, and what it was merged of is given too/)
      expect(again.summary?.run.merged?.runs.map(({ id, drills }) => [id, drills])).toEqual(
        nights.map((night) => [basename(night), 4]),
      )
      // Also the other way round, and without the runs themselves.
      expect(counted((await merge(all.toReversed())).summary)).toEqual(ALL)
      all = [...all, again.folder]
    }
  })

  test(`a copy of a run counts once, in any folder and by any path, for runs ${format}`, async () => {
    const { results, nights } = makeResults(uids)
    const [one = '', other = ''] = nights
    const copy = join(results, 'renamed')
    cpSync(one, copy, { recursive: true })
    const link = join(results, 'link')
    symlinkSync(one, link)
    const { said, summary } = await merge([copy, other, link, one, `${one}/../${basename(one)}/`])
    expect(counted(summary)).toEqual(ALL)
    expect(summary?.run.merged?.runs.map(({ id }) => id)).toEqual(nights.map((night) => basename(night)))
    expect(said.match(/is left out: it is the same run as in/g)).toHaveLength(3)
  })

  test(`merging only copies of one run is an error, for runs ${format}`, async () => {
    const { results, nights } = makeResults(uids)
    const copy = join(results, 'copy')
    cpSync(nights[0] ?? '', copy, { recursive: true })
    const { code, complained, folder } = await merge([nights[0] ?? '', copy])
    expect({ code, folder }).toEqual({ code: 2, folder: '' })
    expect(complained).toMatch(/are the same run, "2026-01-01T01-00-00"/)
  })

  test(`a run that is in two merged runs counts once, for runs ${format}`, async () => {
    const { nights } = makeResults(uids)
    const [one = '', other = ''] = nights
    const third = writeRun(
      nightOf('2026-01-03T01-00-00', 2, uids.length === 0 ? undefined : '6a0e4d2c-0000-4000-8000-000000000003'),
    )
    const [first, second] = [await merge([one, other]), await merge([other, third])]
    const { said, summary } = await merge([first.folder, second.folder])
    expect(summary?.drills).toHaveLength(12)
    expect(new Set(counted(summary)).size).toBe(12)
    expect(said).toMatch(/beware: 4 of 8 drills of ".*" are left out: they are given too, in ".*"/)
    // The drills of both merged runs were renamed; in a third one they still have the ids of their runs, or the next ones.
    expect(summary?.drills.map(({ repetition }) => repetition)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
  })

  test(`the complete run counts, not a copy that was made while it ran, for runs ${format}`, async () => {
    const { results, nights } = makeResults(uids)
    const [one = '', other = ''] = nights
    const early = join(results, 'early')
    cpSync(one, early, { recursive: true })
    const size = readFileSync(join(early, 'events.jsonl')).length
    for (const share of [0.3, 0.62]) {
      truncateSync(join(early, 'events.jsonl'), Math.floor(size * share))
      for (const folders of [
        [early, one, other],
        [other, one, early],
      ]) {
        const { summary } = await merge(folders)
        expect(counted(summary)).toEqual(ALL)
        expect(summary?.drills.map(({ verdict }) => verdict)).toEqual(Array(8).fill('pass'))
        expect(summary?.run.merged?.runs.every(({ durationMs }) => durationMs !== null)).toBe(true)
      }
      cpSync(one, early, { recursive: true })
    }
  })
}

test('two runs with the same id and start are different if their random ids differ', async () => {
  const [one, other] = UIDS.map((uid) => writeRun(nightOf('2026-01-01T01-00-00', 0, uid)))
  const { summary, said } = await merge([one ?? '', other ?? ''])
  expect(summary?.drills).toHaveLength(8)
  expect(said).not.toContain('left out')
  expect(new Set(summary?.drills.map(({ id }) => id)).size).toBe(8)
})

test('two runs of earlier versions with the same id and start are different if their drills differ, else one run', async () => {
  const id = '2026-01-01T01-00-00'
  const started = (facts: Fact[]) =>
    facts.map((fact) => (fact.kind === 'run.started' ? { ...fact, at: startMs } : fact))
  const one = writeRun(started(nightOf(id, 0)))
  const other = writeRun(started(nightOf(id, 1)))
  expect(counted((await merge([one, other])).summary)).toEqual(ALL)
  const merged = await merge([one, other])
  expect(counted((await merge([one, other, merged.folder])).summary)).toEqual(ALL)
})

test('a merged run of an earlier version without the drills’ original names is recognised by its facts', async () => {
  const { nights } = makeResults([])
  const { folder } = await merge(nights)
  const file = join(folder, 'events.jsonl')
  const old = readFileSync(file, 'utf8').replace(/,"drillIds":\{[^}]*\}/g, '')
  expect(old).not.toContain('drillIds')
  writeFileSync(file, old)
  const { summary, said } = await merge([...nights, folder])
  expect(counted(summary)).toEqual(ALL)
  expect(said).toMatch(/is left out: it is a merged run/)
  expect(counted((await merge([nights[1] ?? '', folder])).summary)).toEqual(ALL)
})

test('copies that an earlier version counted in a merged run are removed', async () => {
  const { nights } = makeResults([])
  const { folder } = await merge(nights)
  const facts = readFileSync(join(folder, 'events.jsonl'), 'utf8')
    .replace(/,"drillIds":\{[^}]*\}/g, '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Fact)
  const copies = facts.flatMap((fact): Fact[] =>
    'drill' in fact ? [{ ...fact, drill: fact.drill.replace(/\d+$/, (n) => String(Number(n) + 4)) }] : [],
  )
  const doubled = facts.flatMap((fact): Fact[] => {
    if (fact.kind === 'run.ended') return [...copies, fact]
    if (fact.kind !== 'run.started' || fact.run.merged === undefined) return [fact]
    const { runs } = fact.run.merged
    return [{ ...fact, run: { ...fact.run, merged: { told: [], runs: [...runs, ...runs] } } }]
  })
  const { summary } = await merge([writeRun(doubled), nights[0] ?? ''])
  expect(counted(summary)).toEqual(ALL)
})

test('installs of a tool that a merged run repeats are not counted as repetitions', async () => {
  const { nights } = makeResults()
  const first = await merge(nights)
  const third = writeRun(nightOf('2026-01-03T01-00-00', 2, '6a0e4d2c-0000-4000-8000-000000000003'))
  const second = await merge([nights[1] ?? '', third])
  const { folder } = await merge([first.folder, second.folder, ...nights])
  const installs = readFileSync(join(folder, 'events.jsonl'), 'utf8').match(/"kind":"run\.tool"/g)
  expect(installs).toHaveLength(3)
})
