import { expect } from '@playwright/test'
import { findShare } from '../mix.ts'
import { tryRecordCorruptions } from './corruptions.ts'
import { corruptionNames } from './damages.ts'
import { test } from './service.ts'

test('each of 300 random corruptions is detected, and 99 % are named with kind, file and offset', async ({
  ledger,
}) => {
  const results = await tryRecordCorruptions(ledger, 300, 20261121)
  expect(results.filter(({ detected }) => !detected)).toEqual([])
  const unnamed = results.filter(({ named }) => !named)
  expect(findShare(results), JSON.stringify(unnamed.slice(0, 5))).toBeGreaterThanOrEqual(0.99)
  expect([...new Set(results.map(({ name }) => name))].sort()).toEqual(corruptionNames)
})
