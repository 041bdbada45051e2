import { execFile } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@playwright/test'
import { runCommandLine } from '../../../lib/runner/command-line.ts'
import { planWrite } from '../../../lib/load/load.ts'
import { writeResults } from '../../../lib/report/results.ts'
import { drawScenario } from '../../../lib/simulation/scenario.ts'
import { writeSimulation } from '../../../lib/simulation/events.ts'
import { simulateDrill } from '../../../lib/simulation/simulate.ts'
import { interleave } from '../../../lib/verdict/statistics/random.ts'
import { writtenPayload } from '../../../lib/workloads/ledger/payload.ts'
import { newFolder } from '../in-folder.ts'

/** A run as it ended: its facts, and the summary that was made of them then. */
async function makeRun(): Promise<string> {
  const folder = newFolder()
  await writeSimulation(
    join(folder, 'events.jsonl'),
    [0, 1, 2, 3].map((seed) => drawScenario(seed)),
  )
  writeResults(folder)
  return folder
}

async function runCommand(...args: string[]) {
  const [said, complained]: string[][] = [[], []]
  const code = await runCommandLine(args, {
    say: (text) => said?.push(text),
    complain: (text) => complained?.push(text),
  })
  return { code, said: said?.join('\n') ?? '', complained: complained?.join('\n') ?? '' }
}

test('judging a run again from its facts gives the same results, byte for byte, each time', async () => {
  const run = await makeRun()
  const moved = newFolder()
  cpSync(join(run, 'events.jsonl'), join(moved, 'events.jsonl'))
  for (let time = 0; time < 2; time++) {
    expect(await runCommand('judge', moved)).toMatchObject({ code: 0, complained: '' })
    for (const file of ['summary.json', 'summary.csv', 'report.html'])
      expect(readFileSync(join(moved, file)).equals(readFileSync(join(run, file))), file).toBe(true)
  }
})

test('npx meshdrill judge prints the drills and the place of the report, and errors have exit code 2', async () => {
  const run = await makeRun()
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const meshdrill = (...args: string[]) =>
    promisify(execFile)('npx', ['--no-install', 'meshdrill', ...args], { cwd: root })
  const { stdout } = await meshdrill('judge', run)
  expect(stdout).toMatch(/^drill +verdict +RTO/)
  expect(stdout).toContain(`report: ${join(run, 'report.html')}`)
  await expect(meshdrill('jugde')).rejects.toMatchObject({ code: 2, stdout: '' })
})

test('an unknown command and a missing run are errors', async () => {
  expect(await runCommand('help')).toMatchObject({ code: 0, complained: '' })
  expect((await runCommand('help')).said).toContain('judge <run>')
  expect((await runCommand('jugde', 'x')).complained).toMatch(/^unknown command "jugde"\n\n[^]*judge <run>/)
  expect((await runCommand()).complained).toMatch(/^which command\?/)
  expect((await runCommand('judge')).complained).toMatch(/needs the folder of a run/)
  expect((await runCommand('judge', 'one', 'two')).complained).toMatch(/takes one run, got also "two"/)
  const empty = newFolder()
  expect(await runCommand('judge', empty)).toMatchObject({ code: 2, said: '' })
  expect((await runCommand('judge', empty)).complained).toMatch(/there is no run in .*events\.jsonl/)
  expect(existsSync(join(empty, 'summary.json'))).toBe(false)
})

test.describe('of one seed', () => {
  const all = [1, 2].map((seed) => ({ seed, plan: () => planOf(seed) }))

  /** What is drawn of a seed: faults with what they strike, writes, the order of repetitions. */
  async function planOf(seed: number): Promise<string> {
    const { facts } = await simulateDrill(drawScenario(seed, ['corruption']))
    const faults = facts.flatMap((fact) => (fact.kind === 'fault.observed' ? [fact.evidence] : []))
    const writes = Array.from({ length: 50 }, (_, index) => {
      const write = planWrite(index, 1000)
      return [write, Buffer.from(writtenPayload(seed, write.sequence)).toString('base64', 0, 30)]
    })
    const order = interleave(['a', 'b', 'c', 'd'], 5, seed)
    return JSON.stringify({ faults, writes, order })
  }

  test('one seed always gives the same faults, load and order of repetitions, and another seed gives others', async () => {
    const [first, other] = await Promise.all(all.map(({ plan }) => plan()))
    expect(await planOf(1)).toBe(first)
    const [one, two] = [first, other].map((text) => JSON.parse(text ?? '') as Record<string, unknown>)
    for (const what of ['faults', 'writes', 'order']) expect(two?.[what], what).not.toEqual(one?.[what])
  })
})
