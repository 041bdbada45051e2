import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { replaceBetween } from '../../../lib/matrix/table.ts'
import { FILE_ATTRIBUTES, type FileAttribute, type KeptAttribute } from '../../../lib/record/facts.ts'
import { ATTRIBUTE_WORDS } from '../../../lib/report/attributes.ts'
import {
  addAttributes,
  ATTRIBUTES_FILE,
  parseAttributesRecord,
  renderAttributesRecord,
} from '../../../lib/report/attributes-record.ts'
import { renderAttributes, renderLostAttributes } from '../../../lib/report/page/attributes.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import type { DrillResult } from '../../../lib/verdict/result.ts'
import { summarise } from '../../../lib/verdict/summarise.ts'
import { reading } from '../verdict/fact-edits.ts'
import { buildDrill, buildRun, change } from '../verdict/facts-builder.ts'

const root = new URL('../../../', import.meta.url)
const row = (attribute: FileAttribute, entries: number, kept: number): KeptAttribute => ({
  ...{ attribute, entries, kept },
  examples: kept < entries ? [{ file: '<b>', was: '02', is: '' }] : [],
})
const rows = [row('owner', 9, 9), row('acl', 2, 0), row('holes', 3, 1)]
const facts = (id: string, tool = 'velero', attributes = rows) =>
  change(reading({ attributes })(buildDrill(id)), 'drill.planned', (fact) => ({
    ...fact,
    axes: { ...fact.axes, tool },
  }))
const drill = (...args: Parameters<typeof facts>): DrillResult => judgeDrill(facts(...args))
const summary = () => summarise({ facts: buildRun(facts('d1')), torn: [] })

test('every attribute has words for people', () => {
  expect(Object.keys(ATTRIBUTE_WORDS).sort()).toEqual([...FILE_ATTRIBUTES].sort())
})

test('the page shows attributes by strategy, over all restored drills of each', () => {
  const text = String(renderAttributes([drill('d1'), drill('d2'), drill('d3', 'restic', [row('acl', 2, 2)])]))
  const cells = (words: string): string[] => {
    const [line = ''] = text.split('<tr>').filter((one) => one.includes(words))
    return [...line.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell = '']) => cell)
  }
  expect(cells(ATTRIBUTE_WORDS.owner)).toEqual([ATTRIBUTE_WORDS.owner, 'kept', '–'])
  expect(cells(ATTRIBUTE_WORDS.acl)).toEqual([ATTRIBUTE_WORDS.acl, '<strong>lost</strong>', 'kept'])
  expect(cells(ATTRIBUTE_WORDS.holes)).toEqual([ATTRIBUTE_WORDS.holes, '<strong>2 of 6</strong>', '–'])
})

test('the page shows no table of attributes if no tool restored files', () => {
  expect(renderAttributes([drill('d1', 'control-drops-files')])).toBeNull()
  expect(renderAttributes([{ ...drill('d1'), restore: null }])).toBeNull()
  expect(renderAttributes([judgeDrill(buildDrill())])).toBeNull()
})

test('the section of a drill shows the attributes that did not come back, with the first entry of each', () => {
  const text = String(renderLostAttributes(drill('d1')))
  expect(text).toContain('<code>acl</code>')
  expect(text).toContain('0 of 2')
  expect(text).toContain('&lt;b&gt;')
  expect(text).not.toContain('<code>owner</code>')
  expect(renderLostAttributes(drill('d1', 'velero', [row('owner', 9, 9)]))).toBeNull()
})

test('a run replaces the record of its strategies, and keeps that of others', () => {
  const [first] = addAttributes([], summary())
  expect(first).toMatchObject({ strategy: 'velero/file-copy', version: 'v1.17.0', date: '2023-11-14', run: 'run-1' })
  expect(first?.attributes.acl).toEqual({ entries: 2, kept: 0 })
  if (first === undefined) return
  const older = [
    { ...first, run: 'run-0' },
    { ...first, strategy: 'a/b', run: 'run-0' },
  ]
  const both = addAttributes(older, summary())
  expect(both.map(({ strategy, run }) => [strategy, run])).toEqual([
    ['a/b', 'run-0'],
    ['velero/file-copy', 'run-1'],
  ])
  expect(parseAttributesRecord(JSON.stringify(both))).toEqual(both)
})

test('a run without restored files is not recorded, and a damaged record is an error', () => {
  expect(() => addAttributes([], summarise({ facts: buildRun(), torn: [] }))).toThrow(/"run-1" restored no files/)
  expect(() => parseAttributesRecord('[{}]')).toThrow(/is no record of attributes/)
})

test('the table in the page about files is up to date (npm run docs)', async () => {
  const page = readFileSync(new URL('docs/files.md', root), 'utf8')
  const recorded = parseAttributesRecord(readFileSync(new URL(ATTRIBUTES_FILE, root), 'utf8'))
  expect(await replaceBetween(page, 'attributes', renderAttributesRecord(recorded))).toBe(page)
  expect(renderAttributesRecord(addAttributes([], summary()))).toContain('**1 of 3**')
})
