import { expect, test } from '@playwright/test'
import type { ResourceSample } from '../../../lib/record/facts.ts'
import { compareMeshStates } from '../../../lib/verdict/mesh.ts'
import { formatBytes, formatDuration, formatInterval, parseDuration } from '../../../lib/system/quantity.ts'
import { measureUsage } from '../../../lib/verdict/resources.ts'
import { takeWorst } from '../../../lib/verdict/answer.ts'
import { meshState } from './facts-builder.ts'

const MiB = 2 ** 20
const node = (at: number, cpuSeconds: number, scope = 'node/a'): ResourceSample => {
  return { at, scope, tool: false, cpuSeconds, memoryBytes: 100 * MiB }
}
const pod = (at: number, cpuSeconds: number, memoryBytes = 10 * MiB, uid = 'u1'): ResourceSample => {
  return { at, scope: `pod/backup/agent/${uid}`, tool: true, cpuSeconds, memoryBytes }
}

test('CPU seconds are the growth of the counters within the window, over all scopes', () => {
  const samples = [0, 1000, 2000, 3000, 4000].flatMap((at) => [node(at, 50 + at / 1000), node(at, at / 2000, 'node/b')])
  expect(measureUsage(samples, 'node', [1000, 3000])).toEqual({ cpuSeconds: 3, peakMemoryBytes: 200 * MiB })
  expect(measureUsage(samples, 'node', [1500, 2000])?.cpuSeconds).toBe(0.75)
  expect(measureUsage(samples, 'tool', [1000, 3000])).toBe(null)
})

test('a counter that was reset continues from zero', () => {
  const samples = [pod(0, 10), pod(1000, 11), pod(2000, 0.5), pod(3000, 1)]
  expect(measureUsage(samples, 'tool', [0, 3000])?.cpuSeconds).toBe(2)
})

test('a pod that is new within the window counts in full, and a pod that was only not sampled before does not', () => {
  const samples = [node(0, 1), node(1000, 1), pod(2000, 3), pod(3000, 4), node(3000, 1)]
  expect(measureUsage(samples, 'tool', [500, 3000])?.cpuSeconds).toBe(4)
  expect(measureUsage(samples.slice(2), 'tool', [500, 3000])?.cpuSeconds).toBe(1)
  expect(measureUsage([pod(-60_000, 2), ...samples], 'tool', [500, 3000])?.cpuSeconds).toBe(1)
})

test('the usage of a pod counts from its start, also on a node that is sampled for the first time', () => {
  const begun = (at: number, cpuSeconds: number, sinceMs: number) => ({ ...pod(at, cpuSeconds), sinceMs })
  const early = [node(-9000, 1), node(9000, 1)]
  const old = [...early, begun(2000, 100, -98_000), pod(3000, 101)]
  expect(measureUsage(old, 'tool', [0, 3000])?.cpuSeconds, 'there for long').toBe(3)
  const fresh = [...early, begun(2000, 6, 1000), pod(3000, 7)]
  expect(measureUsage(fresh, 'tool', [0, 3000])?.cpuSeconds, 'new').toBe(7)
  expect(measureUsage(fresh, 'tool', [1500, 3000])?.cpuSeconds, 'half of its first step is before the window').toBe(4)
  expect(measureUsage([...early, begun(2000, 6, 1e13), pod(3000, 7)], 'tool', [0, 3000])?.cpuSeconds).toBe(1)
})

test('one sample of a pod that started before the window gives no measurement', () => {
  const others = [node(-3000, 1), node(5000, 1)]
  const seen = (sinceMs: number) => [...others, { ...pod(500, 1), sinceMs }]
  expect([100, 0].map((sinceMs) => measureUsage(seen(sinceMs), 'tool', [0, 1000])?.cpuSeconds)).toEqual([1, 1])
  expect(measureUsage(seen(-100), 'tool', [0, 1000])).toBe(null)
})

test('a node that is sampled late has no earlier usage', () => {
  const samples = [node(-3000, 1), node(0, 1), node(3000, 2), node(1000, 500, 'node/b'), node(2000, 501, 'node/b')]
  expect(measureUsage(samples, 'node', [0, 3000])?.cpuSeconds).toBe(2)
})

test('peak memory is the peak of the sum over all pods', () => {
  const samples = [
    pod(0, 0, 10 * MiB),
    pod(100, 0, 50 * MiB, 'u2'),
    pod(1000, 0, 30 * MiB),
    pod(1100, 0, 5 * MiB, 'u2'),
  ]
  expect(measureUsage(samples, 'tool', [0, 2000])?.peakMemoryBytes).toBe(80 * MiB)
})

test('scopes with few samples at different times add up', () => {
  const samples = [
    pod(0, 1, 10 * MiB),
    pod(6000, 1, 20 * MiB, 'u2'),
    pod(12_000, 2, 30 * MiB),
    pod(18_000, 4, 50 * MiB, 'u2'),
  ]
  expect(measureUsage(samples, 'tool', [7000, 9000])).toEqual({ cpuSeconds: 0.667, peakMemoryBytes: 50 * MiB })
})

test('too few samples, samples far away, and invalid samples give no measurement', () => {
  expect(measureUsage([], 'tool', [0, 1000])).toBe(null)
  expect(measureUsage([pod(500, 1)], 'tool', [0, 1000])).toBe(null)
  expect(measureUsage([pod(500, 1), pod(60_000, 2)], 'tool', [0, 1000])).toBe(null)
  expect(measureUsage([pod(0, 1), pod(1000, NaN)], 'tool', [0, 1000])).toBe(null)
  expect(measureUsage([pod(0, 1), pod(1000, 2, -1)], 'tool', [0, 1000])).toBe(null)
  expect(measureUsage([pod(0, 1), pod(1000, 2)], 'tool', [NaN, 1000])).toBe(null)
})

test('a pod that existed only between two samples of others is measured by its one sample', () => {
  const others = [node(-3000, 1), node(5000, 1)]
  const seen = [...others, pod(500, 1, 30 * MiB)]
  expect(measureUsage(seen, 'tool', [0, 1000])).toEqual({ cpuSeconds: 1, peakMemoryBytes: 30 * MiB })
  expect(measureUsage(seen.slice(1), 'tool', [0, 1000]), 'nothing was read before it').toBe(null)
  expect(
    measureUsage(
      [seen[0], seen[2]].flatMap((one) => one ?? []),
      'tool',
      [0, 1000],
    ),
    'nor after it',
  ).toBe(null)
  expect(measureUsage(others, 'tool', [0, 1000]), 'never sampled').toBe(null)
  expect(measureUsage(seen, 'tool', [600, 1000]), 'it was there before').toBe(null)
})

test('mesh states are equal in any order, and metrics must have increased', () => {
  const after = {
    ...meshState,
    identities: [...meshState.identities, ...meshState.identities],
    requests: 3,
    accessLogLines: 2,
  }
  expect(compareMeshStates(meshState, after)).toEqual({ equal: true, differences: [], notOffered: [] })
  expect(compareMeshStates(meshState, meshState).differences).toEqual([
    'metrics did not resume',
    'access log did not resume',
  ])
  const [one, other] = [{ proxies: ['one'] }, { proxies: ['other'] }]
  expect(compareMeshStates({ ...meshState, ...one }, { ...meshState, ...one }).differences).toHaveLength(2)
  expect(compareMeshStates({ ...meshState, ...one }, { ...meshState, ...other }).differences).toEqual([])
  const changed = {
    ...after,
    configuration: { clusters: 'xx', listeners: 'bb', secrets: 'ee' },
    identities: [],
    policies: { P: 'dd' },
  }
  expect(compareMeshStates(meshState, changed).differences).toEqual([
    'configuration section "clusters" changed',
    'configuration section "routes" is missing',
    'configuration section "secrets" was added',
    `identity "${meshState.identities[0] ?? ''}" is missing`,
    'policy "P" was added',
    'policy "PeerAuthentication/default" is missing',
  ])
})

test('a duration is parsed with its unit, and rejected without one', () => {
  expect(['200ms', '30s', '1.5m', '2h', '0s'].map(parseDuration)).toEqual([200, 30_000, 90_000, 7_200_000, 0])
  for (const text of ['30', '', 's', '-5s', '5 days', '1e3s', 'NaNs', '5s5'])
    expect(() => parseDuration(text)).toThrow('not a duration')
})

test('durations and sizes are formatted for people', () => {
  const durations = [0, 240.4, 999.6, 12_340, 60_000, 119_940, 120_000, 200_000]
  expect(durations.map(formatDuration)).toEqual([
    '0 ms',
    '240 ms',
    '1.0 s',
    '12.3 s',
    '60 s',
    '119.9 s',
    '2 min',
    '3 min 20 s',
  ])
  expect([formatInterval({ low: 12_300, high: 12_400 }), formatInterval({ low: 0, high: 0 })]).toEqual([
    '12.3 s–12.4 s',
    '0 ms',
  ])
  expect([0, 1023, 1024, 64 * MiB, 5 * 1024 * MiB].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1 KiB',
    '64 MiB',
    '5 GiB',
  ])
})

test('a drill without parts does not pass', () => {
  expect(takeWorst([])).toBe('inconclusive')
})
