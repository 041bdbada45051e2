import { expect, test } from '@playwright/test'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DrillFact } from '../../../lib/record/facts.ts'
import { recordClaim } from '../../../lib/report/claims.ts'
import { judgeRun } from '../../../lib/report/judgement.ts'
import { aiming } from '../verdict/fact-edits.ts'
import { buildDrill, buildRun } from '../verdict/facts-builder.ts'
import { newFolder } from '../in-folder.ts'

function makeRun(facts: DrillFact[] | null): string {
  const run = join(newFolder(), 'results', 'run-1')
  mkdirSync(run, { recursive: true })
  const lines = facts === null ? [] : buildRun(facts)
  if (facts !== null)
    writeFileSync(join(run, 'events.jsonl'), lines.map((fact) => `${JSON.stringify(fact)}\n`).join(''))
  return run
}

const judge = (run: string): string[] => judgeRun(run, expectNoWarning)
const expectNoWarning = (warning: string): void => {
  throw new Error(warning)
}
const failing = (drill: string): DrillFact[] => aiming({ rtoMs: 1 })(buildDrill(drill))

test('a run whose drills have the verdicts that their tests want has passed, and its results are written', () => {
  const run = makeRun([...buildDrill('d1'), ...failing('control')])
  recordClaim(run, { drill: 'd1', wanted: 'pass' })
  recordClaim(run, { drill: 'control', wanted: 'pass' })
  recordClaim(run, { drill: 'control', wanted: 'fail' })
  expect(judge(run)).toEqual([])
  expect(existsSync(join(run, 'report.html'))).toBe(true)
  expect(existsSync(join(run, '..', 'latest', 'summary.json'))).toBe(true)
})

test('a drill that failed has not passed, whether or not a test says that it ran it', () => {
  const run = makeRun([...failing('d1'), ...failing('d2'), ...buildDrill('control')])
  recordClaim(run, { drill: 'd1', wanted: 'pass' })
  recordClaim(run, { drill: 'control', wanted: 'fail' })
  expect(judge(run)).toEqual([
    'drill "d1" is fail, not pass',
    'drill "d2" is fail, not pass',
    'drill "control" is pass, not fail',
  ])
})

test('a drill that a test ran and that left no facts has not passed', () => {
  for (const facts of [null, buildDrill('d1')]) {
    const run = makeRun(facts)
    recordClaim(run, { drill: 'd2', wanted: 'pass' })
    expect(judge(run)).toEqual(['drill "d2" left no facts'])
  }
})

test('a run that recorded nothing, as it was refused, is not judged', () => {
  expect(judge(makeRun(null))).toEqual([])
})

test('a run whose facts cannot be read has not passed', () => {
  const run = makeRun([])
  writeFileSync(join(run, 'events.jsonl'), '{"kind":"nonsense"}\n')
  expect(judge(run)).toEqual([expect.stringContaining('could not be judged')])
})
