import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pending, waitFor } from '../../../../../lib/system/wait.ts'
import { compileProgram } from '../../../../../lib/system/compile.ts'
import { findCompiled } from '../../../../../lib/system/compiled.js'
import { identify, isRunning } from '../../../../../lib/system/process.ts'
import { createRandom } from '../../../../../lib/verdict/statistics/random.ts'

/** An event of the micro-suite's log. */
export interface Event {
  atMs: number
  pid: number
  applied: boolean
  what: string
}

export function readLog(folder: string): Event[] {
  const file = join(folder, 'log')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
  return lines.map((line) => {
    const [atMs, pid, state, ...words] = line.split(' ')
    return { atMs: Number(atMs), pid: Number(pid), applied: state === 'applied', what: words.join(' ') }
  })
}

const place = (file: string): string => join(import.meta.dirname, file)

/** Starts the micro-suite in a folder of its own; the process is Playwright's main one. */
export async function startSuite(folder: string, { watchdog }: { watchdog: boolean }): Promise<ChildProcess> {
  mkdirSync(folder, { recursive: true })
  // Each worker and each watchdog loads the drivers anew: compiled, that takes a fifth of the CPU time.
  for (const program of ['suite.ts', 'watchdog.main.ts']) await compileProgram(place(program))
  writeFileSync(join(folder, 'suite.mjs'), `import ${JSON.stringify(findCompiled(place('suite.ts')))}\n`)
  const cli = createRequire(import.meta.url).resolve('@playwright/test/cli')
  // A test runner that runs in a test runner must not take it for its own.
  const inherited = Object.entries(process.env).filter(([name]) => !/^TEST_|^PLAYWRIGHT_/.test(name))
  const env = { ...Object.fromEntries(inherited), ABORT_FOLDER: folder, ABORT_WATCHDOG: watchdog ? 'on' : 'off' }
  return spawn(process.execPath, [cli, 'test', '--config', place('config.ts')], { env, stdio: 'ignore' })
}

export const faultApplied = (folder: string): boolean => existsSync(join(folder, 'fault'))

/** Resolves with the first event of the log from `from` on that is called so. */
export const eventAfter = (folder: string, from: number, what: string): Promise<Event> =>
  waitFor(
    `event "${what}" of the micro-suite`,
    () => {
      const log = readLog(folder)
      return Promise.resolve(log.slice(from).find((event) => event.what === what) ?? pending(`${log.length} events`))
    },
    { timeout: '120s', every: '10ms' },
  )

/** Ends what is left of a suite. */
export async function endSuite(main: ChildProcess, folder: string): Promise<void> {
  if (main.exitCode === null && main.signalCode === null) {
    const exit = once(main, 'exit')
    main.kill('SIGKILL')
    await exit
  }
  const workers = [...new Set(readLog(folder).map(({ pid }) => pid))]
  for (const pid of workers) {
    const worker = await identify(pid)
    await waitFor(`process ${pid} ended`, async () => ((await isRunning(worker)) ? pending('it runs') : true), {
      timeout: '60s',
    })
  }
}

export interface Killed {
  target: 'worker' | 'main' | 'both'
  /** Whether the fault was applied at the moment of the kill. */
  applied: boolean
  /** From the start of the next worker until the fault was gone and the drills could begin, in milliseconds. */
  healedMs: number
}

export interface Killing {
  kills: Killed[]
  /** Drills that began on the fault of an earlier one. */
  drillsOnFault: number
}

/** Kills workers and main process (SIGKILL) at seeded moments, and looks what the next start does. */
export async function killAndHeal(
  folder: string,
  options: { kills: number; seed: number; watchdog: boolean },
): Promise<Killing> {
  const draw = createRandom(options.seed)
  const kills: Killed[] = []
  let main = await startSuite(folder, options)
  let from = 0
  try {
    while (kills.length < options.kills) {
      const worker = await eventAfter(folder, from, 'drill')
      // Drills take about a second: injection, effect, undo and what lies between are all hit.
      await sleep(Math.floor(1200 * draw()))
      const chance = draw()
      const target = chance < 0.6 ? 'worker' : chance < 0.8 ? 'main' : 'both'
      from = readLog(folder).length
      const applied = faultApplied(folder)
      if (target !== 'worker') {
        const exit = once(main, 'exit')
        main.kill('SIGKILL')
        await exit
      }
      if (target !== 'main') kill(worker.pid)
      if (target !== 'worker') main = await startSuite(folder, options)
      const next = await nextAttach(folder, from, worker.pid)
      const attached = await eventAfter(folder, next.index, 'attached')
      kills.push({ target, applied, healedMs: attached.atMs - next.event.atMs })
      from = readLog(folder).findIndex(({ atMs, pid }) => atMs === attached.atMs && pid === attached.pid)
    }
  } finally {
    await endSuite(main, folder)
  }
  const log = readLog(folder)
  const onFault = log.filter(({ what, applied }) => (what === 'drill' || what === 'attached') && applied)
  return { kills, drillsOnFault: onFault.length }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It had just ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function nextAttach(folder: string, from: number, killed: number): Promise<{ event: Event; index: number }> {
  return waitFor(
    'next worker',
    () => {
      const log = readLog(folder)
      const index = log.findIndex(({ what, pid }, at) => at >= from && what === 'attach' && pid !== killed)
      const event = log[index]
      return Promise.resolve(event === undefined ? pending(`${log.length} events`) : { event, index })
    },
    { timeout: '120s', every: '10ms' },
  )
}
