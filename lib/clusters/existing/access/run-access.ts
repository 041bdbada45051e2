import { createHash, randomUUID } from 'node:crypto'
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

/** True if a text is a UUID. Other UIDs of a server must not be used in paths, commands or output. */
export const isUuid = (text: string): boolean => UUID.test(text)

/** Folder of this machine's files about a cluster: the store of its lab, and one folder for each run. */
export function clusterFolder(uid: string): string {
  if (!isUuid(uid)) throw new Error(`the UID of a cluster must be a UUID`)
  return join(stateFolder(), uid)
}

/** Folder of one run's files about a cluster. Other runs do not write there. */
function runFolder(uid: string, runUid: string): string {
  if (!isUuid(runUid)) throw new Error('MESHDRILL_RUN_UID must be a UUID. Next: unset MESHDRILL_RUN_UID')
  return join(clusterFolder(uid), runUid)
}

const kubeconfigOf = (uid: string, runUid: string): string => join(runFolder(uid, runUid), PINNED_KUBECONFIG)

/** A run's own access to its cluster. */
export interface PinnedAccess {
  pin: Pin
  kubeconfig: string
  context: NamedContext
}

/**
 * Stores a run's own access to the cluster of a context: a kubeconfig with CA and proxy, and a pin with the facts that must stay the
 * same. Later changes of the user's kubeconfig do not affect the run.
 */
export function pinAccess(access: KubeAccess, run: { uid: string; runUid: string; holder: string }): PinnedAccess {
  const folder = runFolder(run.uid, run.runUid)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  const kubeconfig = kubeconfigOf(run.uid, run.runUid)
  writeFileSync(kubeconfig, kubeconfigText(access), { mode: 0o600 })
  const { url: server, ca } = access.server
  writePin(kubeconfig, { id: randomUUID(), ...run, server, caFingerprint: fingerprint(ca), isLeased: false })
  return openPin(kubeconfig)
}

/** The access that an earlier process of this run stored; null without one. */
export function pinOfRun(uid: string, runUid: string): PinnedAccess | null {
  const kubeconfig = kubeconfigOf(uid, runUid)
  return existsSync(kubeconfig) && readPin(kubeconfig) !== null ? openPin(kubeconfig) : null
}

function openPin(kubeconfig: string): PinnedAccess {
  const pin = readPin(kubeconfig)
  const access = readAccess(kubeconfig)
  if (pin?.server !== access.server.url || pin.caFingerprint !== fingerprint(access.server.ca))
    throw new Error(`"${kubeconfig}" was changed by another program. Next: start the run again`)
  return { pin, kubeconfig, context: contextOf(access, clientConfig(access, guardOf(kubeconfig, access))) }
}

/** Notes in the pin whether this run must hold the lease for further changes. */
export function noteLease({ kubeconfig, pin }: Pick<PinnedAccess, 'kubeconfig' | 'pin'>, isLeased: boolean): void {
  writePin(kubeconfig, { ...pin, isLeased })
}

/** Removes this machine's files about a run, including the copy of the credentials. */
export const forgetRun = ({ uid, runUid }: Pick<Pin, 'uid' | 'runUid'>): Promise<void> =>
  rm(runFolder(uid, runUid), { recursive: true, force: true })

const fingerprint = (ca: string | null): string | null =>
  ca === null ? null : createHash('sha256').update(ca).digest('hex')
