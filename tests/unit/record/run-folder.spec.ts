import { expect, test } from '@playwright/test'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeRunFolder } from '../../../lib/record/run-folder.ts'
import { newFolder } from '../in-folder.ts'

test('runs that start in the same second get different folders and ids', () => {
  const results = newFolder()
  const runs = [1, 2, 3].map(() => makeRunFolder(results, '2026-01-01T01-00-00-cell'))
  expect(runs.map(({ id }) => id)).toEqual([
    '2026-01-01T01-00-00-cell',
    '2026-01-01T01-00-00-cell-2',
    '2026-01-01T01-00-00-cell-3',
  ])
  for (const { id, folder } of runs) {
    expect(folder).toBe(join(results, id))
    expect(existsSync(folder)).toBe(true)
  }
})

test('a run folder that cannot be created is an error, not an endless search for a free id', () => {
  const file = join(newFolder(), 'results')
  writeFileSync(file, '')
  expect(() => makeRunFolder(file, 'run')).toThrow(/EEXIST|ENOTDIR/)
})
