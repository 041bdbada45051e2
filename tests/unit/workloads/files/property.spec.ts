import { expect } from '@playwright/test'
import { test } from './program.ts'
import { fileDamageNames } from './damage.ts'
import { tryFileCorruptions } from './trials.ts'
import { findShare } from '../mix.ts'

test('each of 300 corruptions of plain files is detected, and 99 % are named with file and offset', async ({
  binary,
}) => {
  const struck = await tryFileCorruptions(binary, 300, 20261121)
  expect(struck.filter(({ detected }) => !detected)).toEqual([])
  const unnamed = struck.filter(({ named }) => !named)
  expect(findShare(struck), JSON.stringify(unnamed.slice(0, 5))).toBeGreaterThanOrEqual(0.99)
  expect([...new Set(struck.map(({ name }) => name))].sort()).toEqual(fileDamageNames)
})
