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

test('a run passes if its drills have the expected verdicts, and its results are written', () => {
  const run = makeRun([...buildDrill('d1'), ...failing('control')])
  recordClaim(run, { drill: 'd1', wanted: 'pass' })
  recordClaim(run, { drill: 'control', wanted: 'pass' })
  recordClaim(run, { drill: 'control', wanted: 'fail' })
  expect(judge(run)).toEqual([])
  expect(existsSync(join(run, 'report.html'))).toBe(true)
  expect(existsSync(join(run, '..', 'latest', 'summary.json'))).toBe(true)
})

test('a failed drill fails the run, even without a test result', () => {
  const run = makeRun([...failing('d1'), ...failing('d2'), ...buildDrill('control')])
  recordClaim(run, { drill: 'd1', wanted: 'pass' })
  recordClaim(run, { drill: 'control', wanted: 'fail' })
  expect(judge(run)).toEqual([
    'drill "d1" is fail, not pass',
    'drill "d2" is fail, not pass',
    'drill "control" is pass, not fail',
  ])
})

test('a drill without facts fails the run, even if its test passed', () => {
  for (const facts of [null, buildDrill('d1')]) {
    const run = makeRun(facts)
    recordClaim(run, { drill: 'd2', wanted: 'pass' })
    expect(judge(run)).toEqual(['drill "d2" left no facts'])
  }
})

test('a refused run without facts is not judged', () => {
  expect(judge(makeRun(null))).toEqual([])
})

test('a run with unreadable facts fails', () => {
  const run = makeRun([])
  writeFileSync(join(run, 'events.jsonl'), '{"kind":"nonsense"}\n')
  expect(judge(run)).toEqual([expect.stringContaining('could not be judged')])
})
