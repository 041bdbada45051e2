import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { parseOutcomes, summariseLoad } from '../../../lib/load/outcomes.ts'
import { checkSeeded, planWrite } from '../../../lib/load/load.ts'
import { startLoad } from '../../../lib/load/runner.ts'
import { expectedPayload } from '../../../lib/workloads/ledger/payload.ts'
import { ledger } from '../../../lib/workloads/ledger/ledger.ts'
import { compiledArguments } from '../programs.ts'
import { startStandIn } from '../stand-ins/service.ts'
import { quote } from '../stand-ins/shell.ts'

const script = ledger.clients.load

test('the plan gives each write a unique sequence, and each slot rising sequences and generations', () => {
  const seeded = 10
  const slots = new Map<number, { sequence: number; generation: number }>()
  for (let slot = 0; slot < seeded; slot++) slots.set(slot, { sequence: slot, generation: 1 })
  const writes = Array.from({ length: 400 }, (_, index) => planWrite(index, seeded))
  for (const { slot, sequence, generation } of writes) {
    const before = slots.get(slot) ?? { sequence: -1, generation: 0 }
    expect(generation).toBe(before.generation + 1)
    expect(sequence).toBeGreaterThan(before.sequence)
    slots.set(slot, { sequence, generation })
  }
  expect(new Set(writes.map(({ sequence }) => sequence)).size).toBe(400)
  expect(slots.size).toBe(seeded + 300)
})

test('a number of seeded records that does not fit the plan is refused', () => {
  expect(() => {
    checkSeeded(7919 * 2)
  }).toThrow(/multiple of 7919/)
})

test('a record is expected only in the slot that it was sent to', () => {
  const volume = { seed: 7, seeded: 10 }
  expect(expectedPayload(volume, 3, 3)).toHaveLength(4032)
  expect(expectedPayload(volume, 3, 4)).toBeNull()
  expect(expectedPayload(volume, 10, 11)).toHaveLength(256)
  expect(expectedPayload(volume, 12, 11)).toBeNull()
  expect(expectedPayload(volume, 3, NaN)).toBeNull()
})

test('without an answer the latency is null, not zero', () => {
  const outcomes = parseOutcomes('["sent",10,0,2,1000]\n["write",10,0,3000,2000]\n')
  expect(summariseLoad(outcomes, null)).toMatchObject({ requests: 1, failed: 1, p50Ms: null, p99Ms: null })
})

test.describe('with a stand-in for k6', () => {
  const start = async (ends: string, folder: string) => {
    const main = await compiledArguments(fileURLToPath(new URL('../stand-ins/k6.main.ts', import.meta.url)))
    const k6 = resolve(`${folder}-k6`)
    const command = `exec ${[process.execPath, ...main].map(quote).join(' ')} "$@"`
    await writeFile(k6, `#!/bin/sh\n${command}\n`, { mode: 0o755 })
    return startLoad({
      k6,
      script,
      route: { url: 'http://127.0.0.1:9', host: ends },
      seed: 7,
      seeded: 10,
      rate: 40,
      folder,
    })
  }
  const folderOf = (name: string) => test.info().outputPath(name)

  test('the outcomes of k6 become writes, counts and percentiles', async () => {
    const running = await start('stops', folderOf('load'))
    await expect.poll(async () => (await running.writes()).length).toBe(4)
    const { load, writes } = await running.stop()
    expect(load).toEqual({ requests: 6, failed: 3, durationMs: 4000, p50Ms: 3.5, p99Ms: 40, error: null })
    expect(writes).toEqual([
      { sequence: 11, slot: 10, generation: 1, sentMs: 1010, acknowledgedMs: 1015 },
      { sequence: 10, slot: 0, generation: 2, sentMs: 1000, acknowledgedMs: null },
      { sequence: 12, slot: 11, generation: 1, sentMs: 1030, acknowledgedMs: null },
      { sequence: 13, slot: 12, generation: 1, sentMs: 4000, acknowledgedMs: null },
    ])
    expect(await running.stop()).toEqual({ load, writes })
  })

  test('a relative folder is the same for k6 and for the runner', async () => {
    const running = await start('stops', relative(process.cwd(), folderOf('load')))
    expect((await running.stop()).load.requests).toBe(6)
  })

  test('a k6 that ends at once is an error with its output', async () => {
    await expect(start('ends-at-once', folderOf('load'))).rejects.toThrow(/exit code 107[^]*no such script/)
  })

  test('a missing k6 program is an error', async () => {
    const options = {
      script,
      route: { url: 'http://127.0.0.1:9', host: 'x' },
      seed: 7,
      seeded: 10,
      rate: 40,
      folder: folderOf('load'),
    }
    await expect(startLoad({ k6: '/nowhere/k6', ...options })).rejects.toThrow(/ENOENT|No such file/)
  })

  const ways: { ends: string; error: RegExp; waitsFor?: number }[] = [
    { ends: 'crashes-later', error: /before it was stopped: exit code 2/, waitsFor: 600 },
    { ends: 'ends-by-itself', error: /before it was stopped: exit code 0/, waitsFor: 600 },
    { ends: 'ends-badly', error: /ended with an error: exit code 108/ },
    { ends: 'does-not-stop', error: /ended with an error: signal SIGKILL/ },
    { ends: 'tears-its-last-line', error: /last line of the load is incomplete/ },
    { ends: 'tears-a-line', error: /invalid line/ },
    { ends: 'forgets-an-outcome', error: /1 writes were sent and have no outcome/ },
  ]
  for (const { ends, error, waitsFor = 0 } of ways) {
    test(`a load that ${ends.replaceAll('-', ' ')} cannot be trusted`, async () => {
      const running = await start(ends, folderOf('load'))
      const started = Date.now()
      await expect.poll(async () => (await running.writes()).length).toBe(4)
      await expect.poll(() => Date.now() - started, { intervals: [20] }).toBeGreaterThanOrEqual(waitsFor)
      expect((await running.stop()).load.error).toMatch(error)
    })
  }
})

test.describe('with k6', () => {
  const k6 = process.env.MESHDRILL_K6_PROGRAM ?? ''
  test.skip(!existsSync(k6), 'MESHDRILL_K6_PROGRAM names no k6 binary')

  test('with k6, only answered writes are acknowledged', async () => {
    const service = await startStandIn(7)
    const running = await startLoad({
      k6,
      script,
      route: service.route,
      seed: 7,
      seeded: 10,
      rate: 40,
      folder: test.info().outputPath('load'),
    })
    const sentAfter = async (time: number) => (await running.writes()).filter(({ sentMs }) => sentMs > time).length
    await expect.poll(() => sentAfter(0)).toBeGreaterThan(20)
    const began = await service.behave('unavailable')
    await expect.poll(() => sentAfter(began.until)).toBeGreaterThan(20)
    const ended = await service.behave('right')
    await expect.poll(() => sentAfter(ended.until)).toBeGreaterThan(20)
    const { load, writes } = await running.stop()
    const { puts } = await service.behave('right')
    await service.stop()

    expect(load.error).toBeNull()
    const during = writes.filter(({ sentMs }) => sentMs > began.until && sentMs < ended.from - 100)
    const acknowledged = writes.filter(({ acknowledgedMs }) => acknowledgedMs !== null)
    expect(during.length).toBeGreaterThan(5)
    expect(during.filter(({ acknowledgedMs }) => acknowledgedMs !== null)).toEqual([])
    expect(writes.filter(({ sentMs, acknowledgedMs }) => acknowledgedMs !== null && acknowledgedMs < sentMs)).toEqual(
      [],
    )
    expect(acknowledged.length).toBeGreaterThan(20)
    // Each write was sent once: k6 does not retry.
    expect(puts).toBeLessThanOrEqual(writes.length)
    expect(writes.length - puts).toBeLessThanOrEqual(2)
    const reads = load.requests - writes.length
    expect(reads).toBeGreaterThan(10)
    expect(load.failed).toBeGreaterThanOrEqual(during.length)
    expect(load.failed).toBeLessThan(load.requests)
    for (const { sequence, slot, generation } of writes)
      expect({ sequence, slot, generation }).toEqual(planWrite(sequence - 10, 10))
  })
})
