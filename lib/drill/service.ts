import type { Fault } from '../faults/fault.ts'
import type { Route, InstalledMesh } from '../components/mesh.ts'
import type { IntegrityCheck } from '../record/facts.ts'
import type { Backup } from '../components/tool.ts'
import type { DeployedWorkload } from '../workloads/workload.ts'
import type { Measurements } from './context.ts'
import { FAULTS_ALLOWED } from '../components/chaos-mesh/chaos-mesh.ts'
import { createEmptyNamespace, removeNamespace } from '../lab/namespaces.ts'
import type { Lab } from '../lab/lab.ts'

/** A service that is up, loaded and measured. */
export interface ProvisionedService {
  /** Takes a backup and resolves when it has ended, in whatever state. */
  backUp(): Promise<Backup>
  /** Lets the service go on under its load, until it was well for so long, such as '10s': what it holds then is newer. */
  goOn(duration: string): Promise<void>
  /** Starts a backup and resolves when its data is moving. */
  startBackup(): Promise<{ ended(): Promise<Backup> }>
  /**
   * Injects the drill's fault and resolves when it was seen to have taken effect and, unless it is to last, when it was
   * taken away again.
   */
  break(): Promise<void>
  /** Loses the service by another fault first, so that the drill's own can strike what brings it back. */
  lose(first: Fault<string>): Promise<void>
  /** Takes a fault away that lasts until then. */
  heal(): Promise<void>
  /** Reads every record back, while the fault's damage is there. */
  detect(): Promise<IntegrityCheck>
  /** Takes away what is left of the service's state, so that a restore can bring it back. */
  discard(): Promise<void>
  /** Restores from a backup, or the newest that there was when the fault struck, and resolves at the tool's terminal state. */
  restore(backup: Backup): Promise<void>
  /** Starts a restore and resolves when the volume is there for its data, or when the restore has ended. */
  startRestore(backup: Backup): Promise<RunningRestore>
  /** Restores a copy beside the service and reads it back: what a tool says of its backup is no proof. */
  prove(backup: Backup): Promise<void>
  /** Waits until the service is well again, reads everything back, and ends the measuring. */
  settle(): Promise<void>
  /** Ends the measuring, for a drill that did not get to `settle`. */
  stop(): Promise<void>
}

interface RunningRestore {
  /** Resolves at the tool's terminal state. One that did not succeed is discarded and done again, as an operator would. */
  ended(): Promise<void>
}

/** A drill's service while it runs, as its parts know it. */
export interface Running {
  service: DeployedWorkload
  /** Where the service is reached. */
  route: Route
  /** Takes away what publishes the service. */
  conceal: () => Promise<void>
  seeded: number
  measuring: Measurements
}

/**
 * Makes a drill's namespace, empty: one of an earlier drill is removed. Chaos Mesh may reach into it. Errors: `ForeignObject` where
 * the namespace is not the lab's.
 */
export async function createNamespace(lab: Lab, mesh: InstalledMesh, namespace: string): Promise<void> {
  await removeNamespace(lab, namespace)
  // The mesh's proxies change their pod's network, and movers of backups read files of every owner.
  const { labels = {}, annotations: marks = {} } = mesh.takesIn
  const annotations = { ...marks, ...FAULTS_ALLOWED }
  const options = { podSecurity: 'privileged', labels, annotations } as const
  await createEmptyNamespace(lab, namespace, options)
}
