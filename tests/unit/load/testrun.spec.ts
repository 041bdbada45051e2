import { expect, test } from '@playwright/test'
import { ledger } from '../../../lib/workloads/ledger/ledger.ts'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import { offsetOf, earliest, latest, requirePrecise, requireSteady } from '../../../lib/kube/pod-clock.ts'
import { parseOutcomes } from '../../../lib/load/outcomes.ts'
import { mergeLines, testRunObjects } from '../../../lib/load/testrun/runner.ts'
import { widen } from '../../../lib/probes/availability/pod-prober.ts'

const exact = { low: 0, high: 0 }

test('the lines of several pods are merged in the order of time, by this machine’s clock', () => {
  const one = 'level=info\n["sent",10,0,2,1000]\nRequest Failed\n["write",10,200,1030,30]\n'
  const fast = '["sent",11,10,1,6010]\n["write",11,503,6012,2]\n'
  const text = mergeLines([
    { text: one, clock: exact },
    { text: fast, clock: { low: 4990, high: 5010 } },
  ])
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    ['sent', 10, 0, 2, 1000],
    ['sent', 11, 10, 1, 1000],
    ['write', 11, 503, 1022, 2],
    ['write', 10, 200, 1030, 30],
  ])
  const { writes, torn, requests, failed } = parseOutcomes(text)
  expect({ torn, requests, failed }).toEqual({ torn: false, requests: 2, failed: 1 })
  expect(writes.map(({ sequence, acknowledgedMs }) => [sequence, acknowledgedMs])).toEqual([
    [11, null],
    [10, 1030],
  ])
})

test('an incomplete line of a pod is ignored, and makes the load incomplete', () => {
  const logs = [
    { text: '["sent",10,0,2,1000]\n["wri', clock: exact },
    { text: '["sent",11,10,1,1001]\n', clock: exact },
  ]
  expect(parseOutcomes(mergeLines(logs))).toMatchObject({ torn: true, open: [{ sequence: 10 }, { sequence: 11 }] })
  const complaint = [{ text: '["sent",10,0,2,1000]\nRequest Fai', clock: exact }]
  expect(parseOutcomes(mergeLines(complaint)).torn).toBe(false)
})

test('a clock offset is measured at a full second, and includes the possible drift', () => {
  // Asked at 100 and answered by 120, the other clock turned to 10 s: it is 9,880 to 9,900 ms ahead.
  const ahead = offsetOf(10_000, [100, 120])
  expect(ahead).toEqual({ low: 9_875, high: 9_905 })
  expect(earliest(10_010, ahead)).toBeLessThanOrEqual(110)
  expect(latest(10_010, ahead)).toBeGreaterThanOrEqual(130)
  expect(requirePrecise('it', ahead)).toBe(ahead)
  expect(() => requirePrecise('it', offsetOf(10_000, [100, 151]))).toThrow(
    /it was measured with an uncertainty of 61 ms; the limit is 60 ms/,
  )
  expect(() => requirePrecise('it', null)).toThrow(/Infinity/)
})

test('a clock that changed during the load is not trusted', () => {
  requireSteady({ low: 0, high: 20 }, { low: 20, high: 40 })
  requireSteady({ low: 20, high: 40 }, { low: 0, high: 20 })
  expect(() => {
    requireSteady({ low: 0, high: 20 }, { low: 23, high: 40 })
  }).toThrow(/set or drifted by at least 3 ms/)
  expect(() => {
    requireSteady({ low: 23, high: 40 }, { low: 0, high: 20 })
  }).toThrow(/set or drifted by at least 3 ms/)
})

test('a sample of another clock is widened by the error of its offset', () => {
  const clock = { low: -10, high: 30 }
  expect(widen([1000, 1002, true], clock)).toEqual([970, 1012, true])
  expect(widen([1000, null, false, 1500], clock)).toEqual([970, null, false, 1470])
})

test('a TestRun has the parallelism, the nodes and one argument for each word', () => {
  const options = {
    ...{ script: ledger.clients.load, seed: 7, seeded: 10, rate: 40, folder: '/nowhere' },
    route: { url: 'http://10.0.0.1:80/', host: 'ledger.drill' },
  }
  const nodes = { role: 'clients' }
  const pods = { namespace: 'fs-pod-kill-clients', parallelism: 3, nodes }
  const [script, run] = testRunObjects(noopLab(), pods, options, 'export default 1')
  expect(script).toMatchObject({ kind: 'ConfigMap', data: { 'load.js': 'export default 1' } })
  expect(run?.spec).toMatchObject({
    parallelism: 3,
    runner: { image: 'noop.invalid/grafana/k6', nodeSelector: nodes },
    starter: { image: 'noop.invalid/grafana/k6-operator-starter', nodeSelector: nodes },
  })
  const words = (run?.spec as { arguments: string }).arguments.split(' ')
  expect(words).toContain('--env=URL=http://10.0.0.1:80')
  expect(words).toContain('--env=ROUTE_HOST=ledger.drill')
  expect(words.every((word) => word.startsWith('--'))).toBe(true)
})
