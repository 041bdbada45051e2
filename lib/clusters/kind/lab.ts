import { stateFolder } from '../../system/environment.ts'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProcessId } from '../../system/process.ts'
import { readNotes, readStateFile, writeMissingNotes, writeStateFile } from '../state-file.ts'
import { takeLock } from '../../system/lock.ts'
import { dockerProblem } from '../../docker/docker.ts'
import { removeContainers } from './containers.ts'
import { removeStorage } from './storage.ts'

/** State file of the kind cluster. Another process reads it to attach to the cluster or to remove it. */
export interface KindLab {
  /** Hash of all inputs of the cluster. A kept cluster with another hash is removed and created again. */
  recipe: string
  createdAt: string
  keep: boolean
  /** The process of the run that created it. */
  owner: ProcessId
  /** Name of the node image. */
  image: string
  /** True if a file system of this machine holds its volumes. */
  storage: boolean
  /** Hash of the inputs of its csi-driver-host-path; null if it is not installed. */
  hostPath: string | null
  /** UID of its kube-system namespace; null until the cluster runs. */
  uid: string | null
  /** Loopback port that leads to the ingress gateway; null if the nodes' own addresses are reachable. */
  gatewayPort: number | null
  /** Image archives that every node has. */
  loaded: string[]
}

/** Folder with the cluster's state file, kubeconfig and configuration. */
export const kindFolder = (): string => join(stateFolder(), 'kind')
export const kubeconfigFile = (): string => join(kindFolder(), 'kubeconfig')
export const storeFolder = (): string => join(kindFolder(), 'store')

export async function readLab(): Promise<KindLab | null> {
  const lab = (await readStateFile(kindFolder())) as Omit<KindLab, 'loaded'> | null
  return lab === null ? null : { ...lab, loaded: (await readNotes(kindFolder(), 'loaded')) as string[] }
}

/** True if a kept lab can serve this run. It may have additional storage. */
export const isReusable = (lab: KindLab, wanted: Pick<KindLab, 'recipe' | 'hostPath'>): boolean =>
  lab.keep && lab.recipe === wanted.recipe && (wanted.hostPath === null || wanted.hostPath === lab.hostPath)

export function writeLab({ loaded, ...lab }: KindLab): void {
  writeStateFile(kindFolder(), lab)
  loaded.forEach(noteLoaded)
}

/** Notes an image archive that every node has. Processes of a run may do so at the same time. */
export function noteLoaded(archive: string): void {
  writeMissingNotes(kindFolder(), 'loaded', [{ name: archive, value: archive }])
}

/** Runs `body` while no other process creates or removes the cluster. */
export async function underLock<T>(body: () => Promise<T>, log: (line: string) => void = () => undefined): Promise<T> {
  const onWait = (pid: string): void => {
    log(`waiting for process ${pid}, which is creating a lab`)
  }
  const release = await takeLock(`${kindFolder()}.lock`, { onWait, signal: new AbortController().signal })
  try {
    return await body()
  } finally {
    await release()
  }
}

/**
 * Removes the kind cluster in any state, with its containers, network, storage and files. Returns descriptions of the removed
 * objects. Errors: Docker does not answer, or the cluster of that name belongs to another user.
 */
export async function tearDown(): Promise<string[]> {
  const problem = await dockerProblem()
  if (problem !== null)
    throw new Error(`the kind lab cannot be removed: ${problem}, and then MESHDRILL_CLUSTER=kind npm run lab:down`)
  const lab = await readLab().catch(() => null)
  const gone = await removeContainers(lab?.owner ?? null)
  if (lab?.storage) {
    await removeStorage()
    gone.push('its storage')
  }
  // The drills' state about this cluster lies in a folder that its UID names.
  if (lab?.uid) await rm(join(stateFolder(), lab.uid), { recursive: true, force: true })
  if (lab !== null && gone.length === 0) gone.push('files')
  await rm(kindFolder(), { recursive: true, force: true })
  return gone
}
