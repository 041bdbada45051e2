import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stateFolder } from '../../../system/environment.ts'
import { clientConfig } from '../../../kube/access/client-config.ts'
import { guardOf } from '../../../kube/access/guard.ts'
import { readAccess, type KubeAccess } from '../../../kube/access/kubeconfig.ts'
import { PINNED_KUBECONFIG, readPin, writePin, type Pin } from '../../../kube/access/pin.ts'
import { kubeconfigText } from '../../../kube/access/serialise.ts'
import { contextOf, type NamedContext } from './context.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether a text is a UUID: nothing else that a server calls its UID goes into a path, a command or the terminal. */
export const isUuid = (text: string): boolean => UUID.test(text)

/** What this machine keeps of a cluster: the store of its lab, and a folder for each run. */
export function clusterFolder(uid: string): string {
  if (!isUuid(uid)) throw new Error(`the UID of a cluster must be a UUID`)
  return join(stateFolder(), uid)
}

/** What this machine keeps of one run on a cluster. No other run writes there. */
function runFolder(uid: string, runUid: string): string {
  if (!isUuid(runUid)) throw new Error('MESHDRILL_RUN_UID must be a UUID. Next: unset MESHDRILL_RUN_UID')
  return join(clusterFolder(uid), runUid)
}

const kubeconfigOf = (uid: string, runUid: string): string => join(runFolder(uid, runUid), PINNED_KUBECONFIG)

/** A cluster as a run of ours works with it from now on. */
export interface PinnedAccess {
  pin: Pin
  kubeconfig: string
  context: NamedContext
}

/**
 * Keeps the cluster that a context leads to, for everything that the run does from now on: its kubeconfig, with authority and
 * proxy in it, and what must stay the same. What becomes of the user's own kubeconfig does not matter any more.
 */
export function pinAccess(access: KubeAccess, run: { uid: string; runUid: string; holder: string }): PinnedAccess {
  const folder = runFolder(run.uid, run.runUid)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  const kubeconfig = kubeconfigOf(run.uid, run.runUid)
  writeFileSync(kubeconfig, kubeconfigText(access), { mode: 0o600 })
  const { url: server, ca } = access.server
  writePin(kubeconfig, { ...run, server, caFingerprint: fingerprint(ca), isLeased: false })
  return openPin(kubeconfig)
}

/** What an earlier process of the same run pinned; null where none did. */
export function pinOfRun(uid: string, runUid: string): PinnedAccess | null {
  const kubeconfig = kubeconfigOf(uid, runUid)
  return existsSync(kubeconfig) && readPin(kubeconfig) !== null ? openPin(kubeconfig) : null
}

function openPin(kubeconfig: string): PinnedAccess {
  const pin = readPin(kubeconfig)
  const access = readAccess(kubeconfig)
  if (pin?.server !== access.server.url || pin.caFingerprint !== fingerprint(access.server.ca))
    throw new Error(`"${kubeconfig}" is not what this run wrote. Next: run it again`)
  return { pin, kubeconfig, context: contextOf(access, clientConfig(access, guardOf(kubeconfig, access))) }
}

/** Whether from now on the lease must be the run's, for every process that works with this kubeconfig. */
export function noteLease({ kubeconfig, pin }: Pick<PinnedAccess, 'kubeconfig' | 'pin'>, isLeased: boolean): void {
  writePin(kubeconfig, { ...pin, isLeased })
}

/** Removes what this machine keeps of the run: the copy of the credentials above all. */
export const forgetRun = ({ uid, runUid }: Pick<Pin, 'uid' | 'runUid'>): Promise<void> =>
  rm(runFolder(uid, runUid), { recursive: true, force: true })

const fingerprint = (ca: string | null): string | null =>
  ca === null ? null : createHash('sha256').update(ca).digest('hex')
