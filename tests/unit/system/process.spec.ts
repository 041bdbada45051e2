import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from '@playwright/test'
import { bornAt, identify, isRunning, killProcess } from '../../../lib/system/process.ts'

test('a process is killed, and another process with the same PID and another start time is not', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  const itself = await identify(child.pid ?? 0)
  const earlier = { ...itself, born: '1' }
  expect(await isRunning(itself)).toBe(true)
  expect(await isRunning(earlier)).toBe(false)
  await killProcess(earlier)
  expect(await isRunning(itself)).toBe(true)

  await killProcess(itself)
  expect(await ended).toEqual([null, 'SIGKILL'])
  expect(await bornAt(itself.pid)).toBe(null)
  expect(await isRunning(itself)).toBe(false)
})

test('a PID without a process counts as not running', async () => {
  const none = await identify(0)
  expect(none).toEqual({ pid: 0, born: '' })
  expect(await isRunning(none)).toBe(false)
})
