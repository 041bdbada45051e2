import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** The cluster that a run was confirmed for, and the run. It lies beside the run's own kubeconfig. */
export interface Pin {
  /** URL of the API server, and SHA-256 of its authority's certificates; null for those that the system trusts. */
  server: string
  caFingerprint: string | null
  /** UID of the namespace "kube-system". */
  uid: string
  runUid: string
  /** Who holds the lease, as the lease in the cluster has it. */
  holder: string
  /** Whether the lease has been taken: from then on another holder, or none, ends the run. */
  isLeased: boolean
}

const PIN = 'pin.json'
const ABORTED = 'aborted'
/** Name of a run's own kubeconfig. It is never used without its pin, which the end of the run may remove first. */
export const PINNED_KUBECONFIG = 'pinned.kubeconfig'

/** The run's cluster or its lease is another's: nothing more may be changed. */
export class RunAborted extends Error {}

export const isPinned = (kubeconfig: string): boolean => basename(kubeconfig) === PINNED_KUBECONFIG

/** The pin of a kubeconfig; null for one of a lab that is meshdrill's alone, and after the end of its run. */
export function readPin(kubeconfig: string): Pin | null {
  const file = join(dirname(kubeconfig), PIN)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Pin) : null
}

export function writePin(kubeconfig: string, pin: Pin): void {
  writeFileSync(join(dirname(kubeconfig), PIN), JSON.stringify(pin, null, 2), { mode: 0o600 })
}

/** Ends the run for every process that works with this kubeconfig. The first reason stays. */
export function markAborted(kubeconfig: string, reason: string): void {
  const file = join(dirname(kubeconfig), ABORTED)
  if (existsSync(dirname(kubeconfig)) && !existsSync(file)) writeFileSync(file, reason, { mode: 0o600 })
}

/** Why the run was ended; null for one that goes on. */
export function abortReason(kubeconfig: string): string | null {
  const file = join(dirname(kubeconfig), ABORTED)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}
