import type { OperationResult } from '../record/facts.ts'
import type { Lab } from '../lab.ts'

/**
 * A backup tool. Its lifecycle lives in the types: only an installed tool can back up, and only a backup that it
 * returned can be restored.
 */
export interface BackupTool {
  readonly name: string
  readonly strategy: string
  /** Unmet needs (a licence, a registry, a kernel feature), for which its drills are skipped with that reason. */
  requires(lab: Lab): Promise<string[]>
  /** Installs the tool and resolves when it is ready to back up. */
  install(lab: Lab): Promise<InstalledTool>
  /** The tool that `install` left in the cluster, in another process maybe; changes nothing. */
  attach(lab: Lab): InstalledTool
}

export interface InstalledTool {
  readonly name: string
  readonly strategy: string
  readonly version: string
  /** Namespace of the tool's own pods: what resources are counted as the tool's, and where faults on the tool aim. */
  readonly namespace: string
  /** Starts a backup of a namespace and returns at once. */
  backup(namespace: string, options: { name: string }): Promise<RunningBackup>
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
  /**
   * Brings the namespace back, volumes included, and resolves at the tool's terminal state. What is to be restored must be
   * gone. `into` names another namespace, which must not be there, to restore a copy into.
   */
  restore(options?: { into?: string }): Promise<OperationResult>
}
