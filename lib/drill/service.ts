import type { Fault } from '../faults/fault.ts'
import type { Route, InstalledMesh } from '../components/mesh.ts'
import type { IntegrityCheck } from '../record/facts.ts'
import type { Backup } from '../components/tool.ts'
import type { DeployedWorkload } from '../workloads/workload.ts'
import type { Exposure, Measurements } from './context.ts'
import { FAULTS_ALLOWED } from '../components/chaos-mesh/chaos-mesh.ts'
import { createEmptyNamespace, removeNamespace } from '../lab/namespaces.ts'
import type { Lab } from '../lab/lab.ts'

/** A running service with load and measurements. */
export interface ProvisionedService {
  /** Takes a backup and resolves when it has ended, in any state. */
  backUp(): Promise<Backup>
  /** Continues the load until the service was healthy for this duration, such as '10s', so that it holds newer data. */
  goOn(duration: string): Promise<void>
  /** Starts a backup and resolves when its data is moving. */
  startBackup(): Promise<{ ended(): Promise<Backup> }>
  /** Injects the drill's fault. Resolves when it was seen to take effect and, unless it lasts longer, was undone. */
  break(): Promise<void>
  /** Loses the service by another fault first, so that the drill's fault can strike the restore. */
  lose(first: Fault<string>): Promise<void>
  /** Heals a fault that lasts until this call. */
  heal(): Promise<void>
  /** Reads every record back while the damage exists. */
  detect(): Promise<IntegrityCheck>
  /** Removes the remaining state of the service, so that a restore can bring it back. */
  discard(): Promise<void>
  /** Restores a backup, by default the newest one before the fault. Resolves at the tool's terminal state. */
  restore(backup: Backup): Promise<void>
  /** Starts a restore. Resolves when its volume exists, or when the restore has ended. */
  startRestore(backup: Backup): Promise<RunningRestore>
  /** Restores a copy beside the service and reads it back, because the report of a tool is no proof. */
  prove(backup: Backup): Promise<void>
  /** Waits until the service is healthy again, reads everything back, and ends the measurements. */
  settle(): Promise<void>
  /** Ends the measurements of a drill that did not reach `settle`. */
  stop(): Promise<void>
}

interface RunningRestore {
  /** Resolves at the tool's terminal state. A failed restore is discarded and repeated, as an operator would do. */
  ended(): Promise<void>
}

/** The shared state of a drill with a running service. */
export interface Running {
  service: DeployedWorkload
  /** The route to the service. */
  route: Route
  /** Removes the objects that publish the service. */
  conceal: () => Promise<void>
  seeded: number
  measuring: Measurements
  /** Null if the store is not searched. */
  exposure: Exposure | null
}

/**
 * Creates an empty namespace for a drill, and removes that of an earlier drill. Chaos Mesh may reach into it. Throws
 * `ForeignObject` if the namespace does not belong to the lab.
 */
export async function createNamespace(lab: Lab, mesh: InstalledMesh, namespace: string): Promise<void> {
  await removeNamespace(lab, namespace)
  // The mesh's proxies change the network of their pod, and movers of backups read files of every owner.
  const { labels = {}, annotations: marks = {} } = mesh.takesIn
  const annotations = { ...marks, ...FAULTS_ALLOWED }
  const options = { podSecurity: 'privileged', labels, annotations } as const
  await createEmptyNamespace(lab, namespace, options)
}
