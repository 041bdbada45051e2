import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { configJsonSchema, replaceOptions } from '../../../lib/config/schema.ts'

const docs = (file: string): string => readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8')

test('the page about the configuration is up to date (npm run docs)', async () => {
  const page = docs('configuration.md')
  expect(await replaceOptions(page)).toBe(page)
})

test('the published JSON Schema of the configuration is up to date (npm run docs)', () => {
  expect(JSON.parse(docs('configuration.schema.json'))).toEqual(JSON.parse(JSON.stringify(configJsonSchema())))
})
