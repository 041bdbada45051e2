import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { PUNCTUAL_NODE_OPTIONS } from '../../lib/probes/availability/protocol.ts'
import { sendSettings } from '../../lib/system/child-settings.ts'
import { scriptArguments } from '../../lib/system/process.ts'

/** Start and end of a stall of a processor, in milliseconds since the epoch. */
export type Stall = [number, number]

export interface WatchSettings {
  /** Minimum delay of a reported wake-up, in milliseconds. */
  lateMs: number
}

export type WatchLine = { looks: number } | { stall: Stall }

export interface StallWatch {
  /** The watch of each processor. */
  pids: number[]
  /** Every stall so far. Throws if a processor was not watched all the time. */
  end: () => Promise<Stall[]>
}

const MAIN = fileURLToPath(new URL('watch.main.ts', import.meta.url))

/**
 * Watches for stalls of the machine, independent of the measured processes. Pins a process to each processor, because a host may
 * stop only one of them. Resolves when all watch.
 */
export async function watchStalls(settings: WatchSettings): Promise<StallWatch> {
  const watches = await Promise.all(cpus().map((_, processor) => watchProcessor(processor, settings)))
  return {
    pids: watches.map(({ pid }) => pid),
    end: async () => (await Promise.all(watches.map(({ end }) => end()))).flat(),
  }
}

async function watchProcessor(processor: number, settings: WatchSettings) {
  const child = spawn(
    'taskset',
    ['--cpu-list', String(processor), process.execPath, ...PUNCTUAL_NODE_OPTIONS, ...scriptArguments(MAIN)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  sendSettings(child.stdin, settings)
  const stalls: Stall[] = []
  let looks = 0
  const lines = createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as WatchLine
    if ('stall' in line) stalls.push(line.stall)
    else looks = line.looks
  })
  const closed = once(child, 'close')
  await Promise.race([once(lines, 'line'), closed])
  const requireWatch = () => {
    if (child.exitCode === null && child.signalCode === null) return
    throw new Error(`the watch of processor ${processor} ended (${child.signalCode ?? `exit code ${child.exitCode}`})`)
  }
  requireWatch()
  return {
    pid: child.pid ?? -1,
    end: async () => {
      requireWatch()
      const before = looks
      child.stdin.end()
      await closed
      if (looks <= before) throw new Error(`the watch of processor ${processor} did not report that it had watched`)
      return stalls
    },
  }
}
