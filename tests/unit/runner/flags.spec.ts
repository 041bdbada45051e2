import { expect, test } from '@playwright/test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { takeLock } from '../../../lib/runner/lock.ts'
import { buildDrill, buildRun } from '../verdict/facts-builder.ts'
import { drillTest, failingDrill, makeSuite } from './suite.ts'

// Each test runs Playwright as a process.
test.slow()

const passes = drillTest('drill', 'd1')
const failsOnce = drillTest('drill', 'd1', `if (info.retry === 0) throw new Error('verdict: fail')`)

test('a drill that passed only in a retry fails the run, also with a custom reporter', async () => {
  const suite = makeSuite(failsOnce, buildRun(buildDrill('d1')))
  const { code, output } = await suite.test(['--retries=1', '--reporter=list'])
  expect(code, output).toBe(1)
  expect(suite.diary()).toEqual(['lab', 'drill', 'drill', 'end'])
})

test('a run with facts that contradict its tests fails and has a report, also with a custom reporter', async () => {
  const suite = makeSuite(passes, buildRun(failingDrill('d1')))
  const { code, output } = await suite.test(['--reporter=list'])
  expect(code).toBe(1)
  for (const file of ['report.html', 'summary.json', 'summary.csv'])
    expect(existsSync(join(suite.run, file))).toBe(true)
  expect(existsSync(join(suite.run, '..', 'latest', 'summary.json'))).toBe(true)
  expect(output).toContain('drill "d1" is fail, not pass')
})

test('more than one worker is refused before anything runs', async () => {
  const suite = makeSuite(passes + drillTest('other', 'd2'))
  const { code, output } = await suite.test(['-j2', '--fully-parallel', '--reporter=list'])
  expect(code).toBe(1)
  expect(output).toContain('2 workers: drills run one at a time')
  expect(suite.diary()).toEqual([])
})

test('a second run on this machine is refused before anything runs, and the message names the first run', async () => {
  const name = `unit-${process.pid}-${Date.now()}`
  const lock = await takeLock(name, 'the run of process 7', { patience: '0s', hint: 'wait' })
  const suite = makeSuite(passes)
  const { code, output } = await suite.test([], { MESHDRILL_LOCK: name })
  await lock.release()
  expect(code).toBe(1)
  expect(output).toContain('it is held by the run of process 7')
  expect(suite.diary()).toEqual([])
})

test('the lab is set up before the drills of a shard and removed after them, with any test filter', async () => {
  const suite = makeSuite(passes + drillTest('other', 'd2'), buildRun([...buildDrill('d1'), ...buildDrill('d2')]))
  const { code, output } = await suite.test(['--shard=2/2', '--grep-invert=lab|end', '--repeat-each=2'])
  expect(code, output).toBe(0)
  expect(suite.diary()).toEqual(['lab', 'drill', 'other', 'end'])
})
