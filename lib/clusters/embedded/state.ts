import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isRunning as processRuns, type ProcessId } from '../../process.ts'
import { isRunning, type RunningHost } from './host.ts'
import type { LabNetwork } from './network.ts'
import { labFolder } from './paths.ts'

/** What is kept of a running lab, so that another process can attach to it or end it. */
export interface LabState {
  /** Changes with anything that the lab was made from; a kept lab of another recipe is made anew. */
  recipe: string
  createdAt: string
  keep: boolean
  /** The process that made it. */
  owner: ProcessId
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

const STATE_FILE = 'state.json'

export async function readState(folder = labFolder()): Promise<LabState | null> {
  const path = join(folder, STATE_FILE)
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return JSON.parse(text) as LabState
  } catch (error) {
    throw new Error(`"${path}" is damaged. Next: npm run lab:down`, { cause: error })
  }
}

/**
 * Written whole or not at all. In one go, without a pause in which a second change of this process could be written: parts of
 * the lab that are made side by side note themselves as they come.
 */
export function writeState(state: LabState, folder = labFolder()): void {
  const path = join(folder, STATE_FILE)
  const whole = `${path}.${process.pid}.new`
  mkdirSync(folder, { recursive: true })
  writeFileSync(whole, JSON.stringify(state, null, 2))
  renameSync(whole, path)
}

export async function removeFiles(): Promise<void> {
  await rm(labFolder(), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

export async function allRunning(state: LabState): Promise<boolean> {
  const hosts = [...state.nodes, ...state.hosts]
  const running = await Promise.all(hosts.map(isRunning))
  return state.nodes.length > 0 && running.every(Boolean)
}

export const ownerRuns = ({ owner }: LabState): Promise<boolean> => processRuns(owner)
