import { expect, test } from '@playwright/test'
import { readdirSync, readFileSync } from 'node:fs'
import { publishedSchemas, renderCodes } from '../../../lib/report/schemas.ts'

const folder = new URL('../../../docs/schemas/', import.meta.url)

test('the published JSON Schemas are those that npm run schemas makes of the code', () => {
  const published = readdirSync(folder).map((file): [string, unknown] => [
    file,
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
  ])
  expect(Object.fromEntries(published)).toEqual(publishedSchemas())
})

test('the published table of codes is that of the code', () => {
  expect(readFileSync(new URL('../verdict-codes.md', folder), 'utf8')).toBe(renderCodes())
})
