import { execFileSync } from 'node:child_process'
import { expect, test } from '@playwright/test'
import { shellCommand, shellQuote } from '../../../lib/output/shorten.ts'
import { urlHost } from '../../../lib/system/connect.ts'

const HOSTILE = [
  '$(touch pwned)',
  '`id`',
  'a b',
  "it's",
  '"',
  '[x]*',
  'a;b',
  '~',
  '!x',
  '-x',
  '',
  '\\',
  '$HOME',
  'ä',
  '#a',
]

test('a shell reads every quoted name as one word, whatever characters it contains', () => {
  for (const name of HOSTILE) {
    const line = shellCommand`printf %s ${name}`
    expect(execFileSync('sh', ['-c', line], { encoding: 'utf8' })).toBe(name)
  }
  expect(shellQuote('kind-meshdrill')).toBe('kind-meshdrill')
  expect(shellCommand`A=${'x y'} run ${3}`).toBe("A='x y' run 3")
})

test('control characters never reach the terminal in a command to paste', () => {
  expect(shellQuote('a\u001b[2Kb\nrm\u2028\u202e')).not.toMatch(/[\p{Cc}\u2028\u202e]/u)
})

test('an IPv6 address gets brackets in a URL, and other hosts do not', () => {
  expect(['::1', 'fd00::1', '10.0.0.1', 'node.example'].map(urlHost)).toEqual([
    ...['[::1]', '[fd00::1]', '10.0.0.1', 'node.example'],
  ])
})
