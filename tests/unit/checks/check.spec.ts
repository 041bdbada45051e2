import { expect, test } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileProgram } from '../../../lib/system/compile.ts'
import { scriptArguments } from '../../../lib/system/process.ts'
import { newFolder } from '../in-folder.ts'

const MAIN = join(import.meta.dirname, '../../checks/check.main.ts')

test.beforeAll(() => compileProgram(MAIN))

/** Runs checks that are scripts of a package, in lanes; tells also whether each wrote the file that is named like it. */
function check(scripts: Record<string, string>, ...lanes: string[]) {
  const folder = newFolder()
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts }))
  const { status, stdout } = spawnSync(process.execPath, [...scriptArguments(MAIN), ...lanes], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { status, stdout, ran: Object.keys(scripts).filter((name) => existsSync(join(folder, name))) }
}

test('the first lane prints as it runs, and each other check in one piece when it has ended', () => {
  const wait = 'until test -e b; do sleep 0.02; done; sleep 0.2'
  const scripts = {
    a: `echo 1; ${wait}; echo 2 >&2; touch a`,
    b: 'echo 3; sleep 0.3; echo 4 >&2; touch b',
    c: 'touch c',
  }
  const { status, stdout, ran } = check(scripts, 'a', 'b,c')
  expect(status).toBe(0)
  expect(stdout).toContain('3\n4\n')
  expect(stdout.indexOf('1\n')).toBeLessThan(stdout.indexOf('3\n'))
  expect(stdout.indexOf('2\n')).toBeGreaterThan(stdout.indexOf('4\n'))
  expect(stdout).toMatch(/check "a" passed after/)
  expect(ran).toEqual(['a', 'b', 'c'])
})

test('a check that fails ends the checks beside it, and the checks after it do not begin', () => {
  const scripts = { slow: '(sleep 50; touch slow) & wait', bad: 'echo broken; exit 3', later: 'touch later' }
  const { status, stdout, ran } = check(scripts, 'slow', 'bad,later')
  expect(status).toBe(1)
  expect(stdout).toContain('broken\n')
  expect(stdout).toContain('check "bad" failed with exit code 3')
  expect(stdout).toContain('Next: npm run bad')
  expect(stdout).toContain('check "slow" was ended')
  expect(ran).toEqual([])
})

test('a check that is no script of the package is an error', () => {
  expect(check({ a: 'touch a' }, 'a,lnit')).toMatchObject({ status: 1, ran: [] })
})
