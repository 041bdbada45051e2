import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** The cluster that the user confirmed for a run, and the run. The file is beside the run's kubeconfig. */
export interface Pin {
  /** A UUID of this pin. A run that ends a lab and creates another has another pin in the same place. */
  id: string
  /** URL of the API server, and SHA-256 of its authority's certificates; null for those that the system trusts. */
  server: string
  caFingerprint: string | null
  /** UID of the namespace "kube-system". */
  uid: string
  runUid: string
  /** This run's `holderIdentity` in the lease. */
  holder: string
  /** Whether the run has taken the lease. From then on, another holder or no holder ends the run. */
  isLeased: boolean
}

const PIN_FILE = 'pin.json'
const ABORT_FILE = 'aborted'
/** Name of a run's kubeconfig. It is refused without its pin, because the end of a run may remove the pin first. */
export const PINNED_KUBECONFIG = 'pinned.kubeconfig'

/** The server is another cluster, or another run has the lease. Nothing more may be changed. */
export class RunAborted extends Error {}

export const isPinned = (kubeconfig: string): boolean => basename(kubeconfig) === PINNED_KUBECONFIG

/** The pin of a kubeconfig; null for a cluster that meshdrill created, and after the end of the run. */
export function readPin(kubeconfig: string): Pin | null {
  const file = join(dirname(kubeconfig), PIN_FILE)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Pin) : null
}

export function writePin(kubeconfig: string, pin: Pin): void {
  writeFileSync(join(dirname(kubeconfig), PIN_FILE), JSON.stringify(pin, null, 2), { mode: 0o600 })
}

/** Ends the run for every process that uses this kubeconfig. The first reason stays. */
export function markAborted(kubeconfig: string, reason: string): void {
  const file = join(dirname(kubeconfig), ABORT_FILE)
  if (existsSync(dirname(kubeconfig)) && !existsSync(file)) writeFileSync(file, reason, { mode: 0o600 })
}

/** Why the run was ended; null if it was not. */
export function abortReason(kubeconfig: string): string | null {
  const file = join(dirname(kubeconfig), ABORT_FILE)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}
