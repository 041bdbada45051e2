import { hostname, userInfo } from 'node:os'
import { CoreV1Api, V1ConfigMap, V1ObjectMeta, type KubeConfig } from '@kubernetes/client-node'
import { orNull } from '../../../kube/client.ts'
import type { NotedStore } from '../store.ts'
import { NAMESPACE } from './lease.ts'

/** What is kept in the cluster of what was done to it, so that exactly that is taken away, by whatever process. */
export interface Notes {
  /** UUID of the lab, drawn by the run that made it. A lab that is kept has the same in later runs. */
  lab: string
  /** The user's bucket; null for a store on the machine that made the lab. */
  store: NotedStore | null
  /** For whom, as `hostname`, process and UUID of the run. */
  owner: { host: string; pid: number; runUid: string }
  keep: boolean
  /** Parts by name: those `found` are never touched, those `ours` go at the end, installed or half-way. */
  parts: Record<string, 'found' | 'ours'>
  /** Versions of the parts that were found, by component. */
  versions: Record<string, { version: string; source: string }>
  /** What the lab said that it has installed. */
  installed: string[]
}

const NAME = 'meshdrill'
const KEY = 'notes.json'

export const ownerHere = (pid: number, runUid: string): Notes['owner'] => ({ host: hostname(), pid, runUid })

/** By what name the lease knows a run: the UUID tells it from any other of the same user, host and PID. */
export const identityOf = ({ host, pid, runUid }: Notes['owner']): string =>
  `${userInfo().username}@${host}, process ${pid}, run ${runUid}`

export async function readNotes(config: KubeConfig): Promise<Notes | null> {
  const core = config.makeApiClient(CoreV1Api)
  const map = await orNull(core.readNamespacedConfigMap({ namespace: NAMESPACE, name: NAME }))
  const text = map?.data?.[KEY]
  return text === undefined ? null : (JSON.parse(text) as Notes)
}

/** Whole or not at all; only who holds the lease writes. */
export async function writeNotes(config: KubeConfig, notes: Notes): Promise<void> {
  const core = config.makeApiClient(CoreV1Api)
  const metadata = Object.assign(new V1ObjectMeta(), { namespace: NAMESPACE, name: NAME })
  const body = Object.assign(new V1ConfigMap(), { metadata, data: { [KEY]: JSON.stringify(notes, null, 2) } })
  const there = await orNull(core.readNamespacedConfigMap({ namespace: NAMESPACE, name: NAME }))
  if (there === null) await core.createNamespacedConfigMap({ namespace: NAMESPACE, body })
  else await core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name: NAME, body })
}
