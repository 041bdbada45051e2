import { rm } from 'node:fs/promises'
import { isRunning as processRuns, type ProcessId } from '../../process.ts'
import { readStateFile, writeStateFile } from '../state-file.ts'
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

export const readState = async (folder = labFolder()): Promise<LabState | null> =>
  (await readStateFile(folder)) as LabState | null

export function writeState(state: LabState, folder = labFolder()): void {
  writeStateFile(folder, state)
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
