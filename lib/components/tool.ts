import type { Schedules } from '../lab/undo.ts'
import type { ObjectReference } from '../kube/object.ts'
import type { PodSelection } from '../kube/placed-pod.ts'
import type { Lab } from '../lab/lab.ts'
import type { OperationResult } from '../record/facts.ts'

/**
 * A backup tool, or one strategy of it. Its lifecycle lives in the types: only an installed tool can back up, and only a
 * backup that it returned can be restored.
 */
export interface BackupTool {
  readonly name: string
  readonly strategy: string
  /** What the volumes must be able to do: `snapshots` stands for a CSI driver that has them. */
  readonly volumes: 'any' | 'snapshots'
  /** Unmet needs (a licence, a registry, a kernel feature), for which its drills are skipped with that reason. */
  requires(lab: Lab): Promise<string[]>
  /** Installs the tool and resolves when it is ready to back up. Strategies of one tool share what is installed. */
  install(lab: Lab): Promise<InstalledTool>
  /** The tool that `install` left in the cluster, in another process maybe; changes nothing. */
  attach(lab: Lab): InstalledTool
}

export interface InstalledTool {
  readonly name: string
  readonly strategy: string
  readonly version: string
  /** What of it stands in the cluster while it backs up this namespace: what faults on the tool aim at. */
  parts(namespace: string): ToolParts
  /** Starts a backup of a namespace and returns at once. */
  backup(namespace: string, options: { name: string }): Promise<RunningBackup>
}

export interface ToolParts {
  /** Pods whose resources count as the tool's: those of a namespace whose names begin with `prefix`. */
  pods: { namespace: string; prefix: string }[]
  /** The pods that move a volume's data, which may be there only while they do. Null where nothing in the cluster does. */
  mover: PodSelection | null
  /** Pods that stand on the nodes and start the movers, where the tool has such. */
  agent?: PodSelection
  /** The Secret with the store's keys; null where the tool does not use the store. */
  secret: { namespace: string; name: string } | null
  /** What makes backups by the clock, and goes on until it is suspended; none for a tool that is asked for each. */
  schedules?: readonly Schedules[]
  /** Prefix of its objects in the bucket, below that of the lab and with a slash at its end; null where the tool does not use the store. */
  prefix: string | null
}

export interface RunningBackup {
  readonly name: string
  /**
   * Resolves when data of the workload is being moved, which is when a fault during the backup should strike; false where
   * the backup ended before that was seen.
   */
  moving(): Promise<boolean>
  /** Resolves at the tool's terminal state, whatever it is; a timeout is an error. */
  finished(): Promise<Backup>
}

export interface Backup {
  readonly name: string
  readonly result: OperationResult
  /** The objects in the cluster by which the tool knows this backup: what an attacker would delete. */
  readonly objects: ObjectReference[]
  /**
   * Brings the namespace back, volumes included, and resolves at the tool's terminal state. What is to be restored must be
   * gone. `into` names another namespace, which must not be there, to restore a copy into.
   */
  restore(options?: { into?: string }): Promise<OperationResult>
  /**
   * Of a tool that backs up by the clock: the newest backup that had ended well at a time (ms since the epoch), which is what
   * there is to restore from. Fails where there is none.
   */
  newestAt?(ms: number): Promise<Backup>
}
