import { spawn, type ChildProcess } from 'node:child_process'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { K6Container } from '../lab/cluster.ts'
import { sendSettings } from '../system/child-settings.ts'
import { scriptArguments } from '../system/process.ts'

/** Settings of the process that manages the container. */
export interface LoadSettings extends Omit<K6Container, 'reach'> {
  /** Folders of this machine (`source`) and their paths in the container (`target`). */
  mounts: { source: string; target: string; mode: 'ro' | 'rw' }[]
  command: string[]
  environment: Record<string, string>
  folder: string
}

const MAIN = fileURLToPath(new URL('container.main.ts', import.meta.url))
const LIBRARY = dirname(fileURLToPath(new URL('.', import.meta.url)))
const IN_CONTAINER = { library: '/meshdrill/lib', folder: '/meshdrill/load' }

/** File in which k6 records the outcome of each request. */
export const OUTCOMES = 'outcomes.jsonl'
/** Path of that file in the container. */
export const OUTCOMES_IN_CONTAINER = `${IN_CONTAINER.folder}/${OUTCOMES}`

/** Path of a script of the library in the container. The container also has the files that the script imports. */
export function scriptInContainer(script: string): string {
  const below = relative(LIBRARY, script)
  if (below.startsWith('..'))
    throw new Error(
      `the k6 script "${script}" is not in "${LIBRARY}", the only folder of scripts in the container of k6. Next: MESHDRILL_K6=found`,
    )
  return `${IN_CONTAINER.library}/${below}`
}

/**
 * Starts k6 in a container. `args` are the arguments of k6, with paths inside the container. Returns a process that
 * represents k6: it prints k6's output, forwards SIGINT, and ends with k6's exit code. On SIGTERM, or if this process has
 * ended, it ends k6 at once. Do not kill it, because then only Ryuk would remove the container.
 */
export function spawnContainer(
  { image, network, labels, pulls }: K6Container,
  { args, folder, log }: { args: string[]; folder: string; log: number },
): ChildProcess {
  // The pipe closes when this process ends, in any way.
  const child = spawn(process.execPath, scriptArguments(MAIN), { stdio: ['pipe', log, log] })
  sendSettings(child.stdin, loadSettings({ image, network, labels, pulls }, { args, folder }))
  return child
}

/** Settings of the process that manages a container with k6. */
export function loadSettings(
  { image, network, labels, pulls }: Omit<K6Container, 'reach'>,
  { args, folder }: { args: string[]; folder: string },
): LoadSettings {
  return {
    ...{ image, network, labels, pulls, folder: IN_CONTAINER.folder },
    command: args,
    mounts: [
      { source: LIBRARY, target: IN_CONTAINER.library, mode: 'ro' },
      { source: folder, target: IN_CONTAINER.folder, mode: 'rw' },
    ],
    environment: { HOME: IN_CONTAINER.folder, GOMAXPROCS: '1' },
  }
}

export type EndSignal = 'SIGINT' | 'SIGKILL'

/** A started container. */
export interface HeldContainer {
  /** Throws if the container has ended already. */
  kill(signal: EndSignal): Promise<unknown>
  /** Resolves with its exit code when it has ended. */
  ended(): Promise<number>
  remove(): Promise<unknown>
}

/**
 * Starts a container, forwards signals to it, including those received before its start, and removes it after its end.
 * Returns its exit code.
 */
export async function holdContainer(
  start: () => Promise<HeldContainer>,
  { listen, complain }: { listen: (end: (signal: EndSignal) => void) => void; complain: (line: string) => void },
): Promise<number> {
  const early: EndSignal[] = []
  let forward = (signal: EndSignal): void => {
    early.push(signal)
  }
  listen((signal) => {
    forward(signal)
  })
  const container = await start()
  forward = (signal) => {
    container.kill(signal).catch((error: unknown) => {
      complain(`${signal} did not reach the container: ${String(error)}`)
    })
  }
  early.forEach(forward)
  try {
    return await container.ended()
  } finally {
    await container.remove()
  }
}
