import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { readPace, renderBar } from '../../../../lib/clusters/embedded/toolchain/pace.ts'
import { newFolder } from '../../in-folder.ts'

const programs = [60, 134, 44, 200].map((coldSeconds) => ({ coldSeconds }))

test('the time to go is within 20 % after one build, on machines of any speed', () => {
  for (const slowness of [0.3, 0.7, 1, 3, 8]) {
    const pace = readPace(join(newFolder(), 'pace.json'), 2)
    const [first, ...later] = programs as [{ coldSeconds: number }]
    pace.learn(first, first.coldSeconds * slowness)
    const trueSeconds = later.reduce((sum, { coldSeconds }) => sum + coldSeconds * slowness, 0)
    expect(Math.abs(pace.expectRest(later, 0) / trueSeconds - 1), `${slowness} times slower`).toBeLessThan(0.2)
  }
})

test('the time to go falls while a build runs, and never below that of the builds after it', () => {
  const pace = readPace(join(newFolder(), 'pace.json'), 2)
  expect(pace.expectRest(programs, 0)).toBe(438)
  expect(pace.expectRest(programs, 30)).toBe(408)
  expect(pace.expectRest(programs, 500)).toBe(378)
  expect(pace.expectRest([], 0)).toBe(0)
})

test('a machine that was never seen is expected to be as fast as its cores say', () => {
  expect(readPace(join(newFolder(), 'pace.json'), 4).expect({ coldSeconds: 60 })).toBe(30)
})

test('a later run begins with the pace of the earlier one, and makes a damaged file again', () => {
  const path = join(newFolder(), 'cache', 'pace.json')
  const slow = readPace(path, 2)
  for (const program of programs) slow.learn(program, program.coldSeconds * 5)
  const learned = slow.expect({ coldSeconds: 100 })
  expect(learned).toBeGreaterThan(450)
  expect(readPace(path, 2).expect({ coldSeconds: 100 })).toBeCloseTo(learned)
  writeFileSync(path, '{"secondsPerColdSecond": -1}')
  const again = readPace(path, 2)
  expect(again.expect({ coldSeconds: 100 })).toBe(100)
  again.learn({ coldSeconds: 10 }, 10)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ secondsPerColdSecond: 1 })
})

test('a bar is full when the expected time has passed, and not before', () => {
  expect(renderBar(0, 80)).toBe(`${'╌'.repeat(20)} 0 s of about 80 s`)
  expect(renderBar(79, 80)).toBe(`${'━'.repeat(19)}╌ 79 s of about 80 s`)
  expect(renderBar(200, 80)).toBe(`${'━'.repeat(20)} 200 s of about 80 s`)
})
