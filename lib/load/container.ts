import { spawn, type ChildProcess } from 'node:child_process'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { K6Container } from '../lab/cluster.ts'
import { sendSettings } from '../system/child-settings.ts'
import { scriptArguments } from '../system/process.ts'

/** What the process is told that holds the container. */
export interface LoadSettings extends Omit<K6Container, 'reach'> {
  /** Folders of this machine, by their places in the container. */
  mounts: { source: string; target: string; mode: 'ro' | 'rw' }[]
  command: string[]
  environment: Record<string, string>
  folder: string
}

const MAIN = fileURLToPath(new URL('container.main.ts', import.meta.url))
const LIBRARY = dirname(fileURLToPath(new URL('.', import.meta.url)))
const AT = { library: '/meshdrill/lib', folder: '/meshdrill/load' }

/** The file that k6 writes of what became of each request. */
export const OUTCOMES = 'outcomes.jsonl'
/** Where the container has what k6 writes. */
export const OUTCOMES_IN_CONTAINER = `${AT.folder}/${OUTCOMES}`

/** Where the container has a script of the library. The files that it imports are there too. */
export function scriptInContainer(script: string): string {
  const below = relative(LIBRARY, script)
  if (below.startsWith('..'))
    throw new Error(`the k6 script "${script}" is not in "${LIBRARY}", and the container of k6 has no other folder`)
  return `${AT.library}/${below}`
}

/**
 * Starts k6 in a container; `args` are its own, with paths inside the container. The process that is returned stands for it: it
 * writes what k6 says, passes SIGINT on, ends with k6's exit code, and on SIGTERM, or when this process is gone, ends k6 at once.
 * It must not be killed, as nothing would then be left to end the container but Ryuk.
 */
export function spawnContainer(
  { image, network, labels, pulls }: K6Container,
  { args, folder, log }: { args: string[]; folder: string; log: number },
): ChildProcess {
  // The pipe's other end closes when this process ends, however that is.
  const child = spawn(process.execPath, scriptArguments(MAIN), { stdio: ['pipe', log, log] })
  sendSettings(child.stdin, loadSettings({ image, network, labels, pulls }, { args, folder }))
  return child
}

/** What the process has to know that holds a container with k6. */
export function loadSettings(
  { image, network, labels, pulls }: Omit<K6Container, 'reach'>,
  { args, folder }: { args: string[]; folder: string },
): LoadSettings {
  return {
    ...{ image, network, labels, pulls, folder: AT.folder },
    command: args,
    mounts: [
      { source: LIBRARY, target: AT.library, mode: 'ro' },
      { source: folder, target: AT.folder, mode: 'rw' },
    ],
    environment: { HOME: AT.folder, GOMAXPROCS: '1' },
  }
}

export type EndSignal = 'SIGINT' | 'SIGKILL'

/** A container that was started, as Docker lets it be ended. */
export interface HeldContainer {
  /** Errors: it has ended already. */
  kill(signal: EndSignal): Promise<unknown>
  /** Resolves with its exit code when it has ended. */
  ended(): Promise<number>
  remove(): Promise<unknown>
}

/**
 * Starts a container, passes on the signals by which it is to end, also those that come before it has started, and removes it
 * when it has ended. Returns its exit code.
 */
export async function holdContainer(
  start: () => Promise<HeldContainer>,
  { listen, say }: { listen: (end: (signal: EndSignal) => void) => void; say: (line: string) => void },
): Promise<number> {
  const asked: EndSignal[] = []
  let pass = (signal: EndSignal): void => {
    asked.push(signal)
  }
  listen((signal) => {
    pass(signal)
  })
  const container = await start()
  pass = (signal) => {
    container.kill(signal).catch((error: unknown) => {
      say(`${signal} did not reach the container: ${String(error)}`)
    })
  }
  asked.forEach(pass)
  try {
    return await container.ended()
  } finally {
    await container.remove()
  }
}
