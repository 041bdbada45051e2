import { expect, test } from '@playwright/test'
import { renderMarkdown } from '../../../../lib/report/machines/markdown.ts'
import { summarise } from '../../../../lib/verdict/summarise.ts'
import { buildMixedRun } from '../page/facts.ts'

const summary = summarise({ facts: buildMixedRun(1), torn: [] })
const lines = (of = summary) => renderMarkdown(of).split('\n')

test('the Markdown of a run begins with its verdict in a sentence, and lists drills that did not pass first', () => {
  const all = lines()
  expect(all[0]).toBe('## meshdrill run-1')
  expect(all[2]).toMatch(/^3 of 6 backup drills passed, 1 failed, 1 inconclusive, 1 skipped/)
  const verdicts = all.flatMap((line) => /^\| [✓✗?–] (\w+) \|/.exec(line)?.[1] ?? [])
  expect(verdicts).toEqual(['fail', 'inconclusive', 'pass', 'pass', 'pass', 'skipped'])
})

test('every row of a Markdown table has as many cells as its head, whatever the names hold', () => {
  const [first] = summary.drills
  if (first === undefined) throw new Error('the run has a drill')
  const hostile = { ...first, tool: 'a|b`c\n| d | <script>alert(1)</script> [x](y)', strategy: '*s*' }
  const text = lines({ ...summary, drills: [hostile, ...summary.drills] })
  expect(text.join('\n')).not.toContain('<script')
  const tables = text
    .join('\n')
    .split('\n\n')
    .filter((part) => part.startsWith('|'))
  expect(tables.length).toBeGreaterThan(0)
  for (const table of tables) {
    const cells = table.split('\n').map((line) => line.match(/(?<!\\)\|/g)?.length)
    expect(new Set(cells).size).toBe(1)
  }
})

test('the Markdown of a run with thousands of drills stays under the 1 MiB that GitHub shows', () => {
  const drills = Array.from({ length: 3000 }, () => summary.drills).flat()
  const text = renderMarkdown({ ...summary, drills })
  expect(Buffer.byteLength(text)).toBeLessThan(2 ** 20)
  expect(text).toContain(`and ${drills.length - 200} more drills`)
})
