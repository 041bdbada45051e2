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
  /** `snapshots`: the volumes need a CSI driver that takes snapshots. */
  readonly volumes: 'any' | 'snapshots'
  /** Unmet requirements, such as a licence, a registry or a kernel feature. Its drills are skipped with these reasons. */
  requires(lab: Lab): Promise<string[]>
  /** Installs the tool and resolves when it is ready to back up. All strategies of a tool share one installation. */
  install(lab: Lab): Promise<InstalledTool>
  /** Returns the tool that `install` left in the cluster, also from another process. Changes nothing. */
  attach(lab: Lab): InstalledTool
}

export interface InstalledTool {
  readonly name: string
  readonly strategy: string
  readonly version: string
  /** The tool's parts in the cluster while it backs up this namespace. They are the targets of faults on the tool. */
  parts(namespace: string): ToolParts
  /** True if the tool encrypts backups with a key that everyone knows, such as a default in its source. Default: false. */
  keyIsPublished?(): Promise<boolean>
  /** Starts a backup of a namespace and does not wait for its end. */
  backup(namespace: string, options: { name: string }): Promise<RunningBackup>
}

export interface ToolParts {
  /** Their CPU and memory count as the tool's: pods of a namespace with names that begin with `prefix`. */
  pods: { namespace: string; prefix: string }[]
  /** The pods that move a volume's data. They may only exist during the backup. Null if no pod moves data. */
  mover: PodSelection | null
  /** Pods of a DaemonSet that start the movers, if the tool has them. */
  agent?: PodSelection
  /** The Secret with the store's keys; null if the tool does not use the store. */
  secret: { namespace: string; name: string } | null
  /** Objects that start backups on a schedule until they are suspended. Empty if the drill starts each backup. */
  schedules?: readonly Schedules[]
  /** Prefix of its objects in the bucket: below the lab's prefix, with a final slash. Null if the tool does not use the store. */
  prefix: string | null
}

export interface RunningBackup {
  readonly name: string
  /**
   * Resolves to true while the workload's data is being moved, which is the moment for a fault during the backup. Resolves to
   * false if the backup ended before that was seen.
   */
  waitUntilMoving(): Promise<boolean>
  /** Resolves when the backup has ended, successfully or not. A timeout is an error. */
  waitUntilFinished(): Promise<Backup>
}

export interface Backup {
  readonly name: string
  readonly result: OperationResult
  /** The objects of this backup in the cluster. An attacker would delete them. */
  readonly objects: ObjectReference[]
  /**
   * Restores the namespace with its volumes, and resolves when the restore has ended, successfully or not. The restored
   * objects must not exist. `into` restores a copy into another namespace, which must not exist either.
   */
  restore(options?: { into?: string }): Promise<OperationResult>
  /**
   * Only for backups on a schedule: the newest backup that had succeeded at a time (ms since the epoch). A restore uses it.
   * Fails if there is none.
   */
  newestAt?(ms: number): Promise<Backup>
}
