import { expect, test as base } from '@playwright/test'
import { DENIED_CALL } from '../../../lib/components/support/denied-call.ts'
import { startProber } from '../../../lib/probes/availability/prober.ts'
import type { CallSample, ProbeSample } from '../../../lib/record/facts.ts'
import { ledger } from '../../../lib/workloads/ledger/ledger.ts'
import { startStandIn } from '../stand-ins/service.ts'

const [seed, seeded, timeoutMs] = [7, 100, 400]
/** Clocks are read in two processes. */
const toleranceMs = 5

type StandIn = Awaited<ReturnType<typeof startStandIn>>

const test = base.extend<{ service: StandIn }>({
  service: async ({}, use) => {
    const service = await startStandIn(seed)
    await use(service)
    await service.stop()
  },
})

function watch({ route }: StandIn) {
  const options = { main: ledger.clients.prober, route, seed, seeded, rateHz: 50, timeoutMs }
  const calls: CallSample[] = []
  const probes: ProbeSample[] = []
  const policy = startProber<CallSample>({
    ...{ ...options, denied: DENIED_CALL },
    onSamples: (samples) => calls.push(...samples),
  })
  const prober = startProber({ ...options, onSamples: (samples) => probes.push(...samples) })
  /** Waits for ten samples of each prober that were due after the time. */
  const later = (ms: number) =>
    expect
      .poll(() => Math.min(...[calls, probes].map((list) => list.filter(([due]) => due > ms).length)), {
        timeout: 20_000,
        intervals: [50],
      })
      .toBeGreaterThanOrEqual(10)
  const stop = async () => {
    for (const [running, samples] of [
      [policy, calls],
      [prober, probes],
    ] as const)
      expect(await running.stop()).toMatchObject({ sent: samples.length, error: null })
  }
  return { calls, probes, later, stop }
}

test('a call is denied, served or neither, exactly while the mesh and the service do so, and other probes are not denied', async ({
  service,
}) => {
  const { calls, probes, later, stop } = watch(service)
  const seen: { behaviour: string; outcome: string; from: number; until: number }[] = []
  for (const [behaviour, outcome] of [
    ['denying', 'denied'],
    ['right', 'served'],
    ['unavailable', 'other'],
    ['wrong', 'other'],
    ['refusing', 'other'],
    ['hanging', 'other'],
    ['denying', 'denied'],
  ] as const) {
    const { until: from } = await service.behave(behaviour)
    await later(from + timeoutMs)
    seen.push({ behaviour, outcome, from, until: Date.now() - timeoutMs })
  }
  await stop()
  for (const { behaviour, outcome, from, until } of seen) {
    const during = calls.filter(([due]) => due > from + toleranceMs && due < until - toleranceMs)
    expect(during.length, behaviour).toBeGreaterThan(5)
    expect(new Set(during.map((sample) => sample[2])), behaviour).toEqual(new Set([outcome]))
    const right = probes.filter(([due]) => due > from + toleranceMs && due < until - toleranceMs)
    expect(new Set(right.map((sample) => sample[2])), behaviour).toEqual(
      new Set([behaviour === 'denying' || behaviour === 'right']),
    )
  }
})

test('denied calls keep the schedule of probes, and are timed from when they were due', async ({ service }) => {
  await service.behave('denying')
  const { calls, later, stop } = watch(service)
  await later(Date.now())
  await stop()
  expect(calls.length).toBeGreaterThan(20)
  const gaps = calls.slice(1).map(([due], index) => due - (calls[index]?.[0] ?? 0))
  for (const gap of gaps) expect(Math.abs(gap - 20 * Math.round(gap / 20))).toBeLessThan(0.3)
  for (const [due, answered] of calls) expect(answered).toBeGreaterThan(due)
})
