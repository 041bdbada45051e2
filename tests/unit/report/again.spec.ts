import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { runCommandLine } from '../../../lib/runner/command-line.ts'
import { newFolder } from '../in-folder.ts'
import { buildRun } from '../verdict/facts-builder.ts'

const RESULTS = ['report.html', 'summary.json', 'summary.csv', 'summary.md', 'summary.openmetrics']

async function call(...args: string[]): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = []
  const add = (text: string) => lines.push(...text.split('\n'))
  return { code: await runCommandLine(args, { say: add, complain: add }), lines }
}

test('meshdrill report makes the same results of an old run again, from its facts alone', async () => {
  const folder = join(newFolder(), 'run')
  mkdirSync(folder)
  writeFileSync(
    join(folder, 'events.jsonl'),
    buildRun()
      .map((fact) => `${JSON.stringify(fact)}\n`)
      .join(''),
  )
  const make = async () => {
    expect(await call('report', folder)).toEqual({ code: 0, lines: [`report: ${join(folder, 'report.html')}`] })
    return RESULTS.map((name) => readFileSync(join(folder, name), 'utf8'))
  }
  const first = await make()
  for (const name of RESULTS) rmSync(join(folder, name))
  expect(await make()).toEqual(first)
})

test('meshdrill report without a run names the command to give', async () => {
  expect(await call('report')).toEqual({
    code: 2,
    lines: ['npx meshdrill report needs the folder of a run. Next: npx meshdrill report results/latest'],
  })
})
