import { expect, test } from '@playwright/test'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { takeLock } from '../../../lib/runner/lock.ts'

const fresh = (): string => `unit-${process.pid}-${Math.random()}`
const now = { patience: '0s', hint: 'wait for it' }

test('a lock has one holder at a time, and a process that waits for it learns who holds it', async () => {
  const name = fresh()
  const first = await takeLock(name, 'the first', now)
  await expect(takeLock(name, 'the second', now)).rejects.toThrow(/held by the first\nNext: wait for it$/)
  await first.release()
  await (await takeLock(name, 'the second', now)).release()
})

test('a lock that becomes free goes to a process that waits for it', async () => {
  const name = fresh()
  const first = await takeLock(name, 'the first', now)
  const second = takeLock(name, 'the second', { patience: '30s', hint: '' })
  await first.release()
  await (await second).release()
})

test('control characters in a holder’s answer do not reach the terminal', async () => {
  const name = fresh()
  const lock = await takeLock(name, `red \u001b[31m${'x'.repeat(9000)}`, now)
  const refused = await takeLock(name, 'me', now).then(() => 'taken', String)
  await lock.release()
  expect(refused).toContain('red ')
  expect(refused).not.toContain('\u001b')
  expect(refused.length).toBeLessThan(1000)
})

test('a lock is free when the process that held it was killed', async () => {
  const name = fresh()
  const module = new URL('../../../lib/runner/lock.ts', import.meta.url).href
  const script = `const { takeLock } = await import(${JSON.stringify(module)})
    await takeLock(${JSON.stringify(name)}, 'the child', { patience: '0s', hint: '' })
    console.log('taken')
    setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  await expect(takeLock(name, 'me', now)).rejects.toThrow('held by the child')
  child.kill('SIGKILL')
  await once(child, 'close')
  await (await takeLock(name, 'me', { patience: '10s', hint: '' })).release()
})
