import { expect, test } from '@playwright/test'
import type { ResourceSample } from '../../../lib/record/facts.ts'
import { formatBytes, formatDuration, formatInterval, parseDuration } from '../../../lib/system/quantity.ts'
import { findMemory, measureUsage, selectSamples, sumIncrease } from '../../../lib/verdict/resources.ts'
import { isControl, nameStrategy } from '../../../lib/verdict/result.ts'
import { takeWorst } from '../../../lib/verdict/answer.ts'

const node = (at: number): ResourceSample => ({ at, scope: 'node/a', tool: false, cpuSeconds: 1, memoryBytes: 1 })
const pod = (at: number, cpuSeconds: number, memoryBytes = 10, uid = 'u1'): ResourceSample => {
  return { at, scope: `pod/backup/agent/${uid}`, tool: true, cpuSeconds, memoryBytes }
}
const used = (samples: ResourceSample[], window: [number, number] = [0, 1000]) =>
  measureUsage(samples, 'tool', window)?.cpuSeconds ?? null

test('the samples of the tool are those of its pods, and node samples are those of the nodes', () => {
  const own = pod(0, 1)
  const other = { ...own, tool: false }
  const marked = { ...node(0), tool: true }
  expect(selectSamples([own, other, marked, node(0)], 'tool')).toEqual([own])
  expect(selectSamples([own, other, marked, node(0)], 'node')).toEqual([marked, node(0)])
})

test('a sample up to 20 s outside the window counts at its edge', () => {
  expect([used([pod(-20_000, 1), pod(500, 3)]), used([pod(-20_001, 1), pod(500, 3)])]).toEqual([0.049, null])
  expect([used([pod(500, 1), pod(21_000, 3)]), used([pod(500, 1), pod(21_001, 3)])]).toEqual([0.049, null])
  expect([used([pod(0, 1), pod(1000, 3)]), used([pod(0, 1)], [0, 0]), used([pod(0, 1), pod(0, 1)], [1, 0])]).toEqual([
    2,
    null,
    null,
  ])
})

test('the order of samples makes no difference', () => {
  const samples = [pod(-500, 1), pod(500, 2), pod(800, 4, 30), pod(1500, 5)]
  expect(measureUsage(samples.toReversed(), 'tool', [0, 1000])).toEqual(measureUsage(samples, 'tool', [0, 1000]))
})

test('a pod is new if other scopes were sampled more than a second before it', () => {
  const seen = (before: number) => used([node(before), pod(500, 3), pod(900, 4)])
  expect([seen(-501), seen(-500)]).toEqual([4, 1])
})

test('one sample measures a short-lived pod only if other scopes were sampled well before and after it', () => {
  const seen = (before: number, at: number, after: number) => used([node(before), pod(at, 3), node(after)])
  expect([seen(-2000, 0, 3000), seen(-2000, 1000, 3000)]).toEqual([3, 3])
  expect([seen(-2000, 500, 1501), seen(-2000, 500, 1500), seen(-500, 500, 3000)]).toEqual([3, null, null])
  const two = [node(-3000), pod(500, 3), pod(500, 4, 10, 'u2'), node(3000)]
  expect(used(two)).toBe(7)
  expect(used([...two, pod(-2000, 1)]), 'one of them was there before').toBe(4.4)
})

test('growth counts by its share inside the window', () => {
  const grown = (window: [number, number], isNew = false) => sumIncrease([pod(0, 3), pod(1000, 5)], window, isNew)
  expect([grown([0, 1000]), grown([250, 750]), grown([1000, 2000]), grown([-500, 0])]).toEqual([2, 1, 0, 0])
  expect([grown([0, 1000], true), grown([-500, 0], true), grown([1, 1000], true), grown([-9, -1], true)]).toEqual([
    5, 3, 1.998, 0,
  ])
  // The value of a counter after a reset is growth. A counter that stands still was not reset.
  expect(sumIncrease([pod(0, 3), pod(1000, 1)], [0, 1000], false)).toBe(1)
  expect(sumIncrease([pod(0, 3), pod(1000, 3)], [0, 1000], false)).toBe(0)
})

test('a memory sample is valid until the next sample, or for one second if there is none nearby', () => {
  const [one, next, far] = [pod(0, 1, 7), pod(20_000, 1, 9), pod(20_001, 1, 9)]
  const at = (moment: number, ...series: ResourceSample[]) => findMemory(series, moment)
  expect([at(-1, one), at(0, one), at(1000, one), at(1001, one)]).toEqual([0, 7, 7, 0])
  expect([at(1001, one, next), at(1001, one, far), at(20_000, one, next)]).toEqual([7, 0, 9])
})

test('an invalid quantity gives no measurement', () => {
  for (const wrong of [NaN, Infinity, -1]) {
    expect(used([pod(0, 1), pod(1000, wrong)])).toBeNull()
    expect(used([pod(0, 1), pod(1000, 2, wrong)])).toBeNull()
  }
  expect(used([pod(0, 0, 0), pod(1000, 0, 0)])).toBe(0)
})

test('durations and sizes change their unit at the limit of each unit', () => {
  expect([999.4, 999.5, 1000, 1500, 119_949, 119_950, 120_499, 179_600].map(formatDuration)).toEqual([
    '999 ms',
    '1.0 s',
    '1 s',
    '1.5 s',
    '119.9 s',
    '2 min',
    '2 min',
    '3 min',
  ])
  expect(formatDuration(125_000)).toBe('2 min 5 s')
  expect(formatInterval({ low: 1000, high: 2000 })).toBe('1 s–2 s')
  expect([0.5, 1, 1536, 2 ** 20 - 1, 2 ** 40, 2 ** 50].map(formatBytes)).toEqual([
    '0.5 B',
    '1 B',
    '1.5 KiB',
    '1024 KiB',
    '1 TiB',
    '1024 TiB',
  ])
  expect([' 5s ', '10ms', '1.25m'].map(parseDuration)).toEqual([5000, 10, 75_000])
  expect(() => parseDuration('x5s')).toThrow('"x5s" is not a duration: write a number and ms, s, m or h, as in \'30s\'')
})

test('a tool is named with its strategy, and a control is recognised by its name', () => {
  expect(nameStrategy({ tool: 'velero', strategy: 'files' })).toBe('velero/files')
  expect(nameStrategy({ tool: null, strategy: null })).toBe('unknown/unknown')
  const tools = ['control-x', 'my-control-x', 'velero', null]
  expect(tools.map((tool) => isControl({ tool }))).toEqual([true, false, false, false])
})

test('one failed part makes the verdict fail, and one inconclusive part makes it inconclusive', () => {
  const of = (...verdicts: ('pass' | 'fail' | 'inconclusive')[]) =>
    takeWorst(verdicts.map((verdict) => ({ question: 'rto', verdict, code: 'rto.unknown', reason: '' })))
  expect([of('pass', 'pass'), of('pass', 'inconclusive'), of('inconclusive', 'fail'), of('pass', 'fail')]).toEqual([
    'pass',
    'inconclusive',
    'fail',
    'fail',
  ])
})
