import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bornAt, isRunning, type RunningHost } from './host.ts'
import type { LabNetwork } from './network.ts'
import { labFolder } from './paths.ts'

/** What is kept of a running lab, so that another process can attach to it or end it. */
export interface LabState {
  /** Changes with anything that the lab was made from; a kept lab of another recipe is made anew. */
  recipe: string
  createdAt: string
  keep: boolean
  /** The process that made it, and when that process began: tells it from a later one of the same PID. */
  owner: { pid: number; born: string }
  network: LabNetwork
  kubeconfig: string
  nodes: RunningHost[]
  /** Hosts beside the cluster, such as the S3 store. */
  hosts: RunningHost[]
  /** Image archives that every node has. */
  images: string[]
  /** What was installed into the cluster, such as `istio`. */
  parts: string[]
}

const stateFile = (): string => join(labFolder(), 'state.json')

export async function readState(): Promise<LabState | null> {
  const text = await readFile(stateFile(), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return JSON.parse(text) as LabState
  } catch (error) {
    throw new Error(`"${stateFile()}" is damaged. Next: npm run lab:down`, { cause: error })
  }
}

/** Written whole or not at all. */
export async function writeState(state: LabState): Promise<void> {
  await mkdir(labFolder(), { recursive: true })
  await writeFile(`${stateFile()}.new`, JSON.stringify(state, null, 2))
  await rename(`${stateFile()}.new`, stateFile())
}

export async function removeFiles(): Promise<void> {
  await rm(labFolder(), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

export async function allRunning(state: LabState): Promise<boolean> {
  const hosts = [...state.nodes, ...state.hosts]
  const running = await Promise.all(hosts.map(isRunning))
  return state.nodes.length > 0 && running.every(Boolean)
}

export async function ownerRuns(state: LabState): Promise<boolean> {
  return (await bornAt(state.owner.pid)) === state.owner.born
}
