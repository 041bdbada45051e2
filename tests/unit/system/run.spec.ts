import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { bornAt } from '../../../lib/system/process.ts'
import { ProgramError, run, runToEnd } from '../../../lib/system/run.ts'
import { pending, waitFor } from '../../../lib/system/wait.ts'

const errorOf = (running: Promise<unknown>): Promise<ProgramError> =>
  running.then(
    () => {
      throw new Error('it ended well')
    },
    (error: unknown) => error as ProgramError,
  )

test('a program gets its arguments unchanged, also with blanks, quotes and dollar signs', async () => {
  const odd = ['', 'a b', `"'`, '$HOME', '`id`', '*', '-n', 'é\n']
  expect(await run('printf', ['%s|', ...odd])).toBe(odd.map((one) => `${one}|`).join(''))
})

test('a program gets its input, folder and environment, and no other variable of this process', async () => {
  const script = 'cat; echo "$ONLY $HOME"; pwd'
  const { stdout, stderr } = await runToEnd('/bin/sh', ['-c', `${script}; echo aside >&2`], {
    ...{ input: 'in\n', cwd: '/usr', env: { ONLY: 'this' } },
  })
  expect([stdout, stderr]).toEqual(['in\nthis \n/usr\n', 'aside\n'])
})

test('a failed program is an error with its command, its exit code and its standard error', async () => {
  const error = await errorOf(run('sh', ['-c', 'echo no luck >&2; exit 3']))
  expect(error).toBeInstanceOf(ProgramError)
  expect(error.message).toBe('sh -c echo no luck >&2; exit 3: no luck')
  expect([error.exitCode, error.stderr, error.isMissing]).toEqual([3, 'no luck\n', false])
})

test('the error of a program that a signal ended names the signal', async () => {
  expect((await errorOf(run('sh', ['-c', 'kill -KILL $$']))).message).toMatch(/: ended by SIGKILL$/)
})

test('a program that is not installed is reported as missing, and a missing folder is an error', async () => {
  expect((await errorOf(run('meshdrill-no-such-program', []))).isMissing).toBe(true)
  await expect(run('true', [], { cwd: '/no/such/folder' })).rejects.toThrow(/^true: .*ENOENT/)
})

test('after its timeout a program is ended with all processes that it started', async () => {
  const file = test.info().outputPath('pid')
  const error = await errorOf(run('sh', ['-c', 'sleep 60 & echo $! > "$0"; wait', file], { timeoutMs: 300 }))
  expect(error.message).toMatch(/: no end after 0\.3 s$/)
  const pid = Number(readFileSync(file, 'utf8'))
  expect(pid).toBeGreaterThan(1)
  await waitFor('its child ended', async () => ((await bornAt(pid)) === null ? true : pending('it runs')), {
    timeout: '5s',
  })
})
