import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@playwright/test'
import { watchStalls } from '../../../bench/stalls/watch.ts'
import { now } from '../../../lib/probes/availability/run-prober.ts'

test('a stalled watch reports the start and the end of the stall', async () => {
  const watch = await watchStalls({ lateMs: 200 })
  const [pid = 0] = watch.pids
  await sleep(100)
  const stoppedMs = now()
  process.kill(pid, 'SIGSTOP')
  await sleep(600)
  const continuedMs = now()
  process.kill(pid, 'SIGCONT')
  await sleep(100)
  const stalls = await watch.end()
  expect(stalls.filter(([began, ended]) => began < stoppedMs + 100 && ended > continuedMs)).toHaveLength(1)
})

test('a processor that was not watched all the time does not count as quiet', async () => {
  const watch = await watchStalls({ lateMs: 200 })
  process.kill(watch.pids[0] ?? 0, 'SIGKILL')
  await sleep(200)
  await expect(watch.end()).rejects.toThrow('the watch of processor 0')
})
