import { expect, test } from '@playwright/test'
import { readdirSync, readFileSync } from 'node:fs'
import { publishedSchemas, renderCodes } from '../../../lib/report/schemas.ts'

const folder = new URL('../../../docs/schemas/', import.meta.url)

test('the published JSON Schemas are up to date (npm run schemas)', () => {
  const published = readdirSync(folder).map((file): [string, unknown] => [
    file,
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
  ])
  expect(Object.fromEntries(published)).toEqual(publishedSchemas())
})

test('the published table of codes is up to date', () => {
  expect(readFileSync(new URL('../verdict-codes.md', folder), 'utf8')).toBe(renderCodes())
})
