import { stateFolder } from '../../system/environment.ts'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProcessId } from '../../system/process.ts'
import { readNotes, readStateFile, writeMissingNotes, writeStateFile } from '../state-file.ts'
import { takeLock } from '../embedded/toolchain/lock.ts'
import { dockerProblem } from '../../docker/docker.ts'
import { removeContainers } from './containers.ts'
import { removeStorage } from './storage.ts'

/** What is kept of the kind cluster, so that another process can attach to it or end it. */
export interface KindLab {
  /** Changes with anything that the cluster was made from; a kept one of another recipe is made anew. */
  recipe: string
  createdAt: string
  keep: boolean
  /** The process that it was made for. */
  owner: ProcessId
  /** Node image, by its name. */
  image: string
  /** Whether a file system of the machine holds volumes of it. */
  storage: boolean
  /** What its storage from public registries was made from; null where it has none. */
  hostPath: string | null
  /** UID of its kube-system namespace; null until it is made. */
  uid: string | null
  /** Port of this machine's loopback address that leads to the ingress gateway; null where the nodes' own are reached. */
  gatewayPort: number | null
  /** Image archives that every node has. */
  loaded: string[]
}

/** What this machine keeps of the cluster: state, kubeconfig, configuration. */
export const kindFolder = (): string => join(stateFolder(), 'kind')
export const kubeconfigFile = (): string => join(kindFolder(), 'kubeconfig')
export const storeFolder = (): string => join(kindFolder(), 'store')

export async function readLab(): Promise<KindLab | null> {
  const lab = (await readStateFile(kindFolder())) as Omit<KindLab, 'loaded'> | null
  return lab === null ? null : { ...lab, loaded: (await readNotes(kindFolder(), 'loaded')) as string[] }
}

/** Whether a kept lab is what another run would make; storage that this run has no use for is no hindrance. */
export const serves = (lab: KindLab, wanted: Pick<KindLab, 'recipe' | 'hostPath'>): boolean =>
  lab.keep && lab.recipe === wanted.recipe && (wanted.hostPath === null || wanted.hostPath === lab.hostPath)

export function writeLab({ loaded, ...lab }: KindLab): void {
  writeStateFile(kindFolder(), lab)
  loaded.forEach(noteLoaded)
}

/** Notes an image archive that every node has. Processes of a run may do so at the same time. */
export function noteLoaded(archive: string): void {
  writeMissingNotes(kindFolder(), 'loaded', [{ name: archive, value: archive }])
}

/** One process at a time makes the cluster, or takes it away. */
export async function underLock<T>(body: () => Promise<T>, log: (line: string) => void = () => undefined): Promise<T> {
  const onWait = (pid: string): void => {
    log(`process ${pid} is making a lab: waiting for it`)
  }
  const release = await takeLock(`${kindFolder()}.lock`, { onWait, signal: new AbortController().signal })
  try {
    return await body()
  } finally {
    await release()
  }
}

/**
 * Ends the kind cluster, whatever state it is in, and everything that it left on the machine: containers, network, storage,
 * files. Returns what was there, in words. Errors: Docker does not answer, or a cluster of that name is somebody else's.
 */
export async function tearDown(): Promise<string[]> {
  const problem = await dockerProblem()
  if (problem !== null)
    throw new Error(`the kind lab cannot be ended: ${problem}, and then MESHDRILL_CLUSTER=kind npm run lab:down`)
  const lab = await readLab().catch(() => null)
  const gone = await removeContainers(lab?.owner ?? null)
  if (lab?.storage) {
    await removeStorage()
    gone.push('its storage')
  }
  // What the drills keep of a cluster, by its UID.
  if (lab?.uid) await rm(join(stateFolder(), lab.uid), { recursive: true, force: true })
  if (lab !== null && gone.length === 0) gone.push('files')
  await rm(kindFolder(), { recursive: true, force: true })
  return gone
}
