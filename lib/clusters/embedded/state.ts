import { rm, mkdir, readFile, writeFile } from 'node:fs/promises'
import { isRunning as processRuns, type ProcessId } from '../../system/process.ts'
import { readNotes, readStateFile, writeMissingNotes, writeNote, writeStateFile, type Note } from '../state-file.ts'
import { isRunning, type RunningHost } from './host.ts'
import type { LabNetwork } from './network.ts'
import { labFolder } from './paths.ts'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { userAndCheckout, type UserAndCheckout } from '../../system/environment.ts'

/**
 * Identifies the lab of this machine and its creator. Written once, before the lab's first object exists. So it can be read even
 * if the state is damaged. The id marks links and cgroups of the lab.
 */
interface LabIdentity extends UserAndCheckout {
  /** Random UUID. */
  id: string
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const identityFile = (lab: string): string => join(lab, 'identity.json')

/** Creates the identity of a new lab. Errors: there is one already. */
export async function createIdentity(lab = labFolder()): Promise<LabIdentity> {
  const identity = { id: randomUUID(), ...userAndCheckout() }
  await mkdir(lab, { recursive: true, mode: 0o700 })
  await writeFile(identityFile(lab), JSON.stringify(identity), { mode: 0o600, flag: 'wx' })
  return identity
}

/** The identity of this machine's lab; null if there is no lab, or if the file is damaged. */
export async function readIdentity(lab = labFolder()): Promise<LabIdentity | null> {
  const text = await readFile(identityFile(lab), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const identity = JSON.parse(text) as Partial<LabIdentity> | null
    const { id = '', user = '', checkout = '' } = identity ?? {}
    return UUID.test(id) ? { id, user, checkout } : null
  } catch {
    // The file is damaged.
    return null
  }
}

/** State of a running lab, with which another process can attach to it or end it. */
export interface LabState {
  identity: LabIdentity
  /** Hash of all inputs of the lab. A kept lab with another recipe is replaced. */
  recipe: string
  createdAt: string
  keep: boolean
  /** The process with which the lab ends. */
  owner: ProcessId
  network: LabNetwork
  kubeconfig: string
  nodes: RunningHost[]
  /** Hosts that are not nodes, such as the S3 store. */
  hosts: RunningHost[]
  /** Image archives that every node has. */
  images: string[]
  /** Installed components, such as `istio`. */
  parts: string[]
}

/** Lists that several processes extend at the same time. Each entry is a separate file. */
type Lists = Pick<LabState, 'nodes' | 'hosts' | 'images' | 'parts'>

export async function readState(folder = labFolder()): Promise<LabState | null> {
  const state = (await readStateFile(folder)) as Omit<LabState, keyof Lists> | null
  if (state === null) return null
  const list = (name: keyof Lists) => readNotes(folder, name)
  const [nodes, hosts, images, parts] = await Promise.all([list('nodes'), list('hosts'), list('images'), list('parts')])
  return { ...state, nodes, hosts, images, parts } as LabState
}

/**
 * Writes the state, and adds missing entries to its lists. Existing entries stay, because this process may have an old copy of
 * them. `noteHost` replaces the entry of a host.
 */
export function writeState({ nodes, hosts, images, parts, ...state }: LabState, folder = labFolder()): void {
  writeStateFile(folder, state)
  const lists = {
    nodes: nodes.map(hostNote),
    hosts: hosts.map(hostNote),
    images: notesOf(images),
    parts: notesOf(parts),
  }
  for (const [list, notes] of Object.entries(lists)) writeMissingNotes(folder, list, notes)
}

/** Notes a started host, in place of its earlier entry. */
export function noteHost(list: 'nodes' | 'hosts', host: RunningHost, folder = labFolder()): void {
  writeNote(folder, list, hostNote(host))
}

/** Notes an installed component, or an image archive that every node has. */
export function noteName(list: 'parts' | 'images', name: string, folder = labFolder()): void {
  writeMissingNotes(folder, list, notesOf([name]))
}

const hostNote = (host: RunningHost): Note => ({ name: host.name, value: host })
const notesOf = (names: readonly string[]): Note[] => names.map((name) => ({ name, value: name }))

export async function removeFiles(): Promise<void> {
  await rm(labFolder(), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

export async function allRunning(state: LabState): Promise<boolean> {
  const hosts = [...state.nodes, ...state.hosts]
  const running = await Promise.all(hosts.map(isRunning))
  return state.nodes.length > 0 && running.every(Boolean)
}

/** True if the first node runs. Without it, there is no API server. */
export async function controlPlaneRuns({ nodes: [first] }: LabState): Promise<boolean> {
  return first !== undefined && (await isRunning(first))
}

export const ownerRuns = ({ owner }: LabState): Promise<boolean> => processRuns(owner)
