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
 * Which lab this machine has, and who created it. Written before anything of the lab exists and never again, so that it can be
 * read even where the state is damaged: links and cgroups of the lab are recognised by its id.
 */
interface LabIdentity extends UserAndCheckout {
  /** Random UUID. */
  id: string
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const identityFile = (lab: string): string => join(lab, 'identity.json')

/** Gives a new lab its identity. Errors: there is one already. */
export async function createIdentity(lab = labFolder()): Promise<LabIdentity> {
  const identity = { id: randomUUID(), ...userAndCheckout() }
  await mkdir(lab, { recursive: true, mode: 0o700 })
  await writeFile(identityFile(lab), JSON.stringify(identity), { mode: 0o600, flag: 'wx' })
  return identity
}

/** Null where there is no lab, or nothing that says which. */
export async function readIdentity(lab = labFolder()): Promise<LabIdentity | null> {
  const text = await readFile(identityFile(lab), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const identity = JSON.parse(text) as Partial<LabIdentity> | null
    const { id = '', user = '', checkout = '' } = identity ?? {}
    return UUID.test(id) ? { id, user, checkout } : null
  } catch {
    // A damaged file says nothing.
    return null
  }
}

/** What is kept of a running lab, so that another process can attach to it or end it. */
export interface LabState {
  identity: LabIdentity
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

/** What processes of a run add to while others do, each a note of its own. */
type Lists = Pick<LabState, 'nodes' | 'hosts' | 'images' | 'parts'>

export async function readState(folder = labFolder()): Promise<LabState | null> {
  const state = (await readStateFile(folder)) as Omit<LabState, keyof Lists> | null
  if (state === null) return null
  const list = (name: keyof Lists) => readNotes(folder, name)
  const [nodes, hosts, images, parts] = await Promise.all([list('nodes'), list('hosts'), list('images'), list('parts')])
  return { ...state, nodes, hosts, images, parts } as LabState
}

/**
 * Writes the state, and notes what no process has noted yet of its lists. What is noted there stays, as this process may have
 * read it long ago: `noteHost` replaces a host.
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

/** Notes a host that was started, in place of what was known of it. */
export function noteHost(list: 'nodes' | 'hosts', host: RunningHost, folder = labFolder()): void {
  writeNote(folder, list, hostNote(host))
}

/** Notes an installed part, or an image archive that every node has. */
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

/** The first node runs, without which there is no cluster. */
export async function controlPlaneRuns({ nodes: [first] }: LabState): Promise<boolean> {
  return first !== undefined && (await isRunning(first))
}

export const ownerRuns = ({ owner }: LabState): Promise<boolean> => processRuns(owner)
