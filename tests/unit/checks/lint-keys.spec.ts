import { expect, test } from '@playwright/test'
import { lintKeys } from '../../checks/lint-keys.ts'

const texts = new Map([
  ['lib/types.ts', 'export type Answer = string'],
  ['lib/middle.ts', "export type { Answer } from './types.ts'"],
  ['tests/user.ts', "import type { Answer } from '../lib/middle.ts'\nexport const answer: Answer = 'yes'"],
  ['lib/lazy.ts', "export const load = () => import('./types.ts')"],
  ['lib/other.ts', "import { readFile } from 'node:fs'\nexport const other = readFile"],
])

/** Files whose keys differ between two states of the project. */
const changed = (path: string, text: string, shared = ['a']): string[] => {
  const [before, after] = [lintKeys(texts, ['a']), lintKeys(new Map([...texts, [path, text]]), shared)]
  return [...before].filter(([one, key]) => after.get(one) !== key).map(([one]) => one)
}

test('a file is linted again when it changes, or the types of a file that it imports through another one', () => {
  const types = 'export type Answer = Promise<string>'
  expect(changed('lib/types.ts', types)).toEqual(['lib/types.ts', 'lib/middle.ts', 'tests/user.ts', 'lib/lazy.ts'])
  expect(changed('lib/other.ts', 'export {}')).toEqual(['lib/other.ts'])
  expect(changed('lib/other.ts', texts.get('lib/other.ts') ?? '')).toEqual([])
})

test('a file is linted again when a file appears that it imports', () => {
  const [missing, there] = [new Map(texts), new Map(texts)]
  missing.delete('lib/types.ts')
  const [before, after] = [lintKeys(missing, []), lintKeys(there, [])]
  expect([...before].filter(([one, key]) => after.get(one) !== key).map(([one]) => one)).toContain('tests/user.ts')
})

test('every file is linted again when the rules or the packages change', () => {
  expect(changed('lib/other.ts', 'export {}', ['b'])).toEqual([...texts.keys()])
})
