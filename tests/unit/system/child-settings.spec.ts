import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { sendSettings } from '../../../lib/system/child-settings.ts'
import { startKeeper } from '../../../lib/clusters/existing/lease/keeper.ts'
import { spawnContainer } from '../../../lib/load/container.ts'
import { ledger } from '../../../lib/workloads/ledger/ledger.ts'
import { startProber } from '../../../lib/probes/availability/prober.ts'
import { scriptArguments, thisProcess } from '../../../lib/system/process.ts'
import { openContainerStore } from '../../../lib/store/container.ts'
import { standIn } from '../stand-ins/docker.ts'

const main = ledger.clients.prober

const MODULE = new URL('../../../lib/system/child-settings.ts', import.meta.url).href

/** A script that prints its settings, and then prints when its standard input closes. */
function startScript(folder: string, args: string[] = []) {
  const main = `${folder}/script.ts`
  const lines = [
    `import { readSettings } from ${JSON.stringify(MODULE)}`,
    'process.stdout.write(JSON.stringify(await readSettings()))',
    "process.stdin.resume().once('close', () => process.stdout.write(' closed'))",
  ]
  writeFileSync(main, lines.join('\n'))
  const child = spawn(process.execPath, [...scriptArguments(main), ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  let printed = ''
  let complaint = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  return { child, ended: once(child, 'close'), printed: () => printed, complaint: () => complaint }
}

test('a script gets its whole settings and still sees the end of its standard input', async ({}, testInfo) => {
  const { child, ended, printed } = startScript(testInfo.outputPath())
  const settings = { text: 'ü\n'.repeat(40_000) }
  const stdin = sendSettings(child.stdin, settings)
  await expect.poll(printed, { timeout: 40_000 }).toBe(JSON.stringify(settings))
  stdin.end()
  await ended
  expect(printed()).toBe(`${JSON.stringify(settings)} closed`)
})

test('a script reads its settings from the file that its first argument names', async ({}, testInfo) => {
  const file = testInfo.outputPath('settings.json')
  writeFileSync(file, '{"a":1}')
  const { child, ended, printed } = startScript(testInfo.outputPath(), [file])
  child.stdin.end()
  await ended
  expect(printed()).toBe('{"a":1} closed')
})

test('a process fails if its standard input ends before the settings are complete', async ({}, testInfo) => {
  const { child, ended, complaint } = startScript(testInfo.outputPath())
  child.stdin.end('{"a":')
  expect(await ended).toEqual([1, null])
  expect(complaint()).toContain('standard input ended before the settings did')
})

/** Arguments of the child processes of this process. */
const argumentsOfChildren = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        return parent === process.pid ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : []
      } catch {
        // The process has ended in the meantime.
        return []
      }
    })

test.describe('in the list of processes', () => {
  test.skip(process.platform !== 'linux', 'the list is read from /proc')
  const CANARY = 'CANARYinSettings0123456789'

  /** Waits until the script runs and returns its arguments. */
  async function seen(script: string, pid: () => number | undefined): Promise<string[]> {
    const find = () => argumentsOfChildren().filter((line) => line.includes(script))
    await expect.poll(find, { message: `${script} runs`, intervals: [10], timeout: 40_000 }).not.toEqual([])
    const found = find()
    const running = pid()
    if (running !== undefined) process.kill(running, 'SIGKILL')
    return found
  }

  test('a load in a container shows no setting in its arguments', async ({}, testInfo) => {
    const k6 = { image: CANARY, network: CANARY, labels: { a: CANARY }, pulls: false, reach: (url: string) => url }
    const child = spawnContainer(k6, { args: [`--env=TOKEN=${CANARY}`], folder: testInfo.outputPath(), log: 2 })
    expect((await seen('lib/load/container.main.ts', () => child.pid)).join('\n')).not.toContain(CANARY)
  })

  test('the prober shows no setting in its arguments', async () => {
    const route = { url: `http://user:${CANARY}@127.0.0.1:9`, host: CANARY }
    const prober = startProber({ main, route, seed: 1, seeded: 1, rateHz: 1, onSamples: () => undefined })
    expect((await seen('ledger/prober.main.ts', () => prober.pid)).join('\n')).not.toContain(CANARY)
    await prober.stop()
  })

  test('the keeper of a lease shows no setting in its arguments', async ({}, testInfo) => {
    const folder = testInfo.outputPath()
    // This kubeconfig does not exist, so the keeper ends with an error.
    startKeeper(folder, { kubeconfig: `/nowhere/${CANARY}`, owner: CANARY, run: thisProcess(), storeFolder: null })
    expect((await seen('lease/keeper.main.ts', () => undefined)).join('\n')).not.toContain(CANARY)
    const log = () => readFileSync(`${folder}/keeper.log`, 'utf8')
    await expect.poll(log, { timeout: 40_000 }).toContain('ENOENT')
  })

  test('the store in a container shows neither its key nor a setting in its arguments', async ({}, testInfo) => {
    const { PATH } = process.env
    const docker = standIn(testInfo.outputPath('programs'), 'docker', [['', '!Cannot connect to the Docker daemon']])
    process.env.PATH = docker.path
    try {
      const opened = openContainerStore(testInfo.outputPath('store'), {
        ...{ name: CANARY, image: 'localhost/store:1', archive: null, network: 'n', published: false },
        ...{ labels: { a: CANARY }, owner: thisProcess(), log: () => undefined },
      }).catch((error: unknown) => String(error))
      const found = (await seen('lib/store/container.main.ts', () => undefined)).join('\n')
      expect(found).not.toContain('ROOT_SECRET_KEY')
      expect(found).not.toContain(CANARY)
      expect(await opened).toContain('did not start')
    } finally {
      process.env.PATH = PATH
    }
  })
})
