import { spawnSync } from 'node:child_process'
import { expect, test as base } from '@playwright/test'
import { ledger } from '../../../lib/workloads/ledger/ledger.ts'
import { startProber, type RunningProber } from '../../../lib/probes/availability/prober.ts'
import type { ProbeSample } from '../../../lib/record/facts.ts'
import { compileProgram } from '../../../lib/system/compile.ts'
import { startStandIn, type Behaviour } from '../stand-ins/service.ts'

const main = ledger.clients.prober

const seed = 7
const seeded = 100
const timeoutMs = 400
/** Clocks are read in two processes. */
const toleranceMs = 5

type StandIn = Awaited<ReturnType<typeof startStandIn>>

const test = base.extend<{ service: StandIn }>({
  service: async ({}, use) => {
    await compileProgram(main)
    const service = await startStandIn(seed)
    await use(service)
    await service.stop()
  },
})

function watch(service: StandIn) {
  const samples: ProbeSample[] = []
  const prober = startProber({
    main,
    route: service.route,
    seed,
    seeded,
    rateHz: 50,
    timeoutMs,
    onSamples: (more) => samples.push(...more),
  })
  const dueAfter = async (time: number, count: number) => {
    await expect
      .poll(() => samples.filter(([due]) => due > time).length, { timeout: 10_000, intervals: [50] })
      .toBeGreaterThanOrEqual(count)
  }
  return { samples, prober, dueAfter }
}

/** Distance of a time from the nearest multiple of the interval. */
const offBeat = (ms: number) => ms - Math.round(ms / 20) * 20

const clockPasses = (time: number) => expect.poll(() => Date.now(), { intervals: [10] }).toBeGreaterThan(time)

const proberPids = (): number[] =>
  spawnSync('pgrep', ['-P', String(process.pid), '-f', 'prober.main'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map(Number)

async function expectNoError(prober: RunningProber, samples: ProbeSample[]) {
  expect(await prober.stop()).toMatchObject({ sent: samples.length, error: null })
}

test('every probe of a working service is right, and is due one interval after the previous one', async ({
  service,
}) => {
  const { samples, prober, dueAfter } = watch(service)
  await dueAfter(0, 60)
  await expectNoError(prober, samples)
  expect(samples.filter(([, answered, right]) => answered === null || !right)).toEqual([])
  for (const [due] of samples) expect(Math.abs(offBeat(due - (samples[0]?.[0] ?? 0)))).toBeLessThan(0.2)
})

const outages: { behaviour: Behaviour; answered: boolean }[] = [
  { behaviour: 'refusing', answered: false },
  { behaviour: 'hanging', answered: false },
  { behaviour: 'cut', answered: false },
  { behaviour: 'unavailable', answered: true },
  { behaviour: 'wrong', answered: true },
  { behaviour: 'another slot', answered: true },
]

test('probes are wrong exactly while the service does not answer, or answers wrong', async ({ service }) => {
  const { samples, prober, dueAfter } = watch(service)
  await dueAfter(0, 10)
  const seen: {
    behaviour: Behaviour
    answered: boolean
    from: number
    began: number
    wrong: [number, number]
    until: number
  }[] = []
  for (const { behaviour, answered } of outages) {
    const from = Date.now()
    // Count probes instead of time, because a busy machine sends them later.
    await dueAfter(from, 10)
    const began = await service.behave(behaviour)
    await dueAfter(began.until + timeoutMs, 10)
    await clockPasses(began.until + timeoutMs + 200)
    const ended = await service.behave('right')
    await dueAfter(ended.until, 10)
    seen.push({ behaviour, answered, from, began: began.from, wrong: [began.until, ended.from], until: Date.now() })
    // A probe of the previous behaviour may still be in flight. Start the next behaviour with a quiet service.
    await clockPasses(ended.until + timeoutMs)
  }
  await expectNoError(prober, samples)

  for (const { behaviour, answered, from, began, wrong, until } of seen) {
    const between = (low: number, high: number) =>
      samples.filter(([due]) => due > low + toleranceMs && due < high - toleranceMs)
    const during = between(wrong[0], wrong[1] - timeoutMs)
    expect(during.length, behaviour).toBeGreaterThan(5)
    expect(
      during.filter(([, at, right]) => right || (at !== null) !== answered),
      behaviour,
    ).toEqual([])
    const before = between(from, wrong[0]).filter(([, at]) => at !== null && at < began)
    const after = between(wrong[1] + 50, until)
    expect(Math.min(before.length, after.length), behaviour).toBeGreaterThan(3)
    expect(
      [...before, ...after].filter(([, , right]) => !right),
      behaviour,
    ).toEqual([])
  }
})

test('a hanging service does not slow the probes down', async ({ service }) => {
  await service.behave('hanging')
  const { samples, prober, dueAfter } = watch(service)
  await dueAfter(0, 50)
  await expectNoError(prober, samples)
  const gaps = samples.slice(1).map(([due], index) => due - (samples[index]?.[0] ?? 0))
  expect(Math.max(...gaps)).toBeLessThan(20.3)
})

test('probes that are late because of a stalled prober are timed from when they were due', async ({ service }) => {
  const { samples, prober, dueAfter } = watch(service)
  await dueAfter(0, 25)
  const [pid = 0] = proberPids()
  process.kill(pid, 'SIGSTOP')
  const stoppedAt = Date.now()
  await clockPasses(stoppedAt + 800)
  const goesOn = Date.now()
  process.kill(pid, 'SIGCONT')
  await dueAfter(goesOn, 10)
  await expectNoError(prober, samples)
  const late = samples.filter(([due, at]) => due > stoppedAt + 50 && due < goesOn && at !== null)
  expect(late.length).toBeGreaterThan(3)
  for (const [due, at] of late) expect((at ?? 0) - due).toBeGreaterThanOrEqual(goesOn - due - toleranceMs)
  for (const [, , , sent] of late) expect(sent).toBeGreaterThanOrEqual(goesOn - toleranceMs)
  // A time without probes is a gap, not an outage of the service.
  expect(samples.filter(([due]) => due > stoppedAt + 50 && due < goesOn - timeoutMs - 50)).toEqual([])
})

test('a probe that times out while the prober stalls does not count against the service', async ({ service }) => {
  const { samples, prober, dueAfter } = watch(service)
  await dueAfter(0, 25)
  const [pid = 0] = proberPids()
  // Some probes are in flight each time. Their answers arrive, but are not read in time.
  for (let times = 0; times < 5; times++) {
    process.kill(pid, 'SIGSTOP')
    const stoppedAt = Date.now()
    await clockPasses(stoppedAt + timeoutMs + 100)
    process.kill(pid, 'SIGCONT')
    await dueAfter(Date.now(), 10 + 3 * times)
  }
  await expectNoError(prober, samples)
  expect(samples.filter(([, answered, right]) => answered === null || !right)).toEqual([])
})

test('after a stall, the prober waits for a hanging service as long as a client would', async ({ service }) => {
  const { samples, prober, dueAfter } = watch(service)
  await dueAfter(0, 25)
  const { until } = await service.behave('hanging')
  await clockPasses(until + 100)
  const [pid = 0] = proberPids()
  process.kill(pid, 'SIGSTOP')
  await clockPasses(until + 600)
  process.kill(pid, 'SIGCONT')
  await dueAfter(until + 600, 10)
  await expectNoError(prober, samples)
  const during = samples.filter(([due]) => due > until + toleranceMs)
  expect(during.length).toBeGreaterThan(20)
  expect(during.filter(([, answered]) => answered !== null)).toEqual([])
})

test('a killed prober is an error, and its samples are kept', async ({ service }) => {
  const { samples, prober, dueAfter } = watch(service)
  await dueAfter(0, 25)
  const [pid = 0] = proberPids()
  process.kill(pid, 'SIGKILL')
  const { sent, error } = await prober.stop()
  expect(error).toContain('crashed (signal SIGKILL)')
  expect(sent).toBe(samples.length)
})

test('a crashed prober is an error with its output', async () => {
  const route = { url: 'nowhere', host: 'ledger.test' }
  const prober = startProber({ main, route, seed, seeded, rateHz: 50, onSamples: () => undefined })
  await expect.poll(() => proberPids().length).toBe(0)
  const { error } = await prober.stop()
  expect(error).toMatch(/crashed[^]*Invalid URL/)
})

test('the error of a crashed prober shows the cause, even with much output after it', async () => {
  const route = { url: 'nowhere'.repeat(1000), host: 'ledger.test' }
  const prober = startProber({ main, route, seed, seeded, rateHz: 50, onSamples: () => undefined })
  await expect.poll(() => proberPids().length).toBe(0)
  const { error } = await prober.stop()
  expect(error).toMatch(/crashed[^]*Invalid URL[^]* characters left out /)
})
