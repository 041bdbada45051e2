import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { rankTools } from '../../../../lib/verdict/ranking/ranking.ts'
import type { DrillResult } from '../../../../lib/verdict/result.ts'
import { summarise } from '../../../../lib/verdict/summarise.ts'
import { runCommandLine } from '../../../../lib/runner/command-line.ts'
import { buildRun } from '../../verdict/facts-builder.ts'
import { type Measured, repeat } from '../../verdict/ranking/builder.ts'
import { newFolder } from '../../in-folder.ts'

const { run } = summarise({ facts: buildRun(), torn: [] })

/** Writes the results of a run that began so many days after the first; returns its folder. */
function writeRun(results: string, day: number, drills: DrillResult[], more: object = {}): string {
  const folder = join(results, `run-${day}`)
  mkdirSync(folder, { recursive: true })
  const own = { ...run, id: `run-${day}`, startedAt: run.startedAt + day * 86_400_000 }
  const summary = { schema: 'meshdrill/summary@2', run: own, drills, ranking: rankTools(drills), ...more }
  writeFileSync(join(folder, 'summary.json'), JSON.stringify(summary))
  return folder
}

async function call(...args: string[]): Promise<{ code: number; said: string; complained: string }> {
  const [said, complained]: string[][] = [[], []]
  const terminal = { say: (text: string) => said?.push(text), complain: (text: string) => complained?.push(text) }
  const code = await runCommandLine(args, terminal)
  return { code, said: said?.join('\n') ?? '', complained: complained?.join('\n') ?? '' }
}

const ten = (measured: Measured) => repeat('restic', 10, measured)

test('meshdrill compare states a regression with its interval, and ends with exit code 1', async () => {
  const results = newFolder()
  const folders = [writeRun(results, 0, ten({})), writeRun(results, 1, ten({ rtoMs: 30_000 }))]
  const { code, said } = await call('compare', ...folders)
  const line = said.split('\n').find((each) => /volume-loss .* RTO /.test(each))
  expect(line).toMatch(
    /25\.1 s \(25\.0 s–25\.2 s\), n = 10 +30\.1 s \(30\.1 s–30\.2 s\), n = 10 +\+19 % to \+21 % +WORSE: p = /,
  )
  expect(said).toContain('1 of 9 figures are shown to be worse, 0 better; ~ where nothing is shown')
  expect(code).toBe(1)
})

test('meshdrill compare shows nothing between two runs of the same tool, or with too few drills', async () => {
  const results = newFolder()
  const first = writeRun(results, 0, ten({}))
  const same = await call('compare', first, writeRun(results, 1, ten({})))
  expect([same.code, same.said]).toEqual([0, expect.stringContaining('0 of 9 figures are shown to be worse, 0 better')])
  const few = await call('compare', first, writeRun(results, 2, repeat('restic', 3, { rtoMs: 60_000 })))
  expect([few.code, few.said]).toEqual([0, expect.stringContaining('0 of 9 figures are shown to be worse, 0 better')])
})

test('meshdrill history marks since which run a figure is worse, although each run drilled it too rarely to show it', async () => {
  const results = newFolder()
  for (let day = 0; day < 12; day++)
    writeRun(results, day, repeat('restic', 2, { rtoMs: (day < 6 ? 25_000 : 30_000) + day }))
  const { code, said } = await call('history', results)
  expect(said).toContain('1 of 9 figures are shown to have become worse; ~ where nothing is shown')
  expect(said).toMatch(
    /WORSE: restic\/copy × volume-loss \(istio, ledger\): RTO WORSE since #7: from 25\.0 s .* to 30\.0 s .*\+20 % \(p = /,
  )
  expect(code).toBe(0)
})

test('meshdrill history and compare name what is wrong with the folders that they are given, and the next command', async () => {
  const results = newFolder()
  const complaintOf = async (...args: string[]) => {
    const { code, complained } = await call(...args)
    expect(code).toBe(2)
    return complained
  }
  expect(await complaintOf('history', results)).toBe(
    `there are no runs in "${results}". Next: npx playwright test, or give the folder that holds the runs`,
  )
  expect(await complaintOf('history', join(results, 'away'))).toContain('no such folder')
  expect(await complaintOf('compare', results)).toBe(
    'compare takes two runs. Next: npx meshdrill compare results/<before> results/<after>',
  )
  const [first, other] = [writeRun(results, 0, ten({})), writeRun(results, 1, repeat('velero', 2, {}))]
  expect(await complaintOf('compare', first, first)).toBe(
    `"${first}" and "${first}" are the same run, "run-0". Next: give two different runs`,
  )
  expect(await complaintOf('compare', first, other)).toContain('share no row')
  const later = writeRun(results, 2, ten({}), { schema: 'meshdrill/summary@3' })
  expect(await complaintOf('compare', first, later)).toBe(
    `the results in "${join(later, 'summary.json')}" are of schema "meshdrill/summary@3", and this version reads ` +
      `"meshdrill/summary@2". Next: npx meshdrill judge ${later}`,
  )
  writeFileSync(join(later, 'summary.json'), '{"schema"')
  expect(await complaintOf('compare', first, later)).toContain('it is cut off or damaged')
  const { said } = await call('history', results)
  expect(said).toContain(`beware: "${later}" is left out: the results in`)
})
