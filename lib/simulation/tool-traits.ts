/** How a simulated backup tool works. */
export interface ToolTraits {
  /** A copy file by file of a volume that is written to is of no one moment. */
  copies: 'at one moment' | 'file by file'
  /** How long the data of a whole volume is on its way. */
  backupMs: number
  restoreMs: number
  /** From the end of a restore until the service answers. */
  startUpMs: number
  /** How often it backs up by its own clock; null where it only does so when it is told. */
  everyMs: number | null
  /** Whether it begins again when its mover is killed or the store is away, instead of giving up. */
  persistent: boolean
  /** Whether the cluster's clock tells whole seconds only, as that of Kubernetes does. */
  wholeSeconds: boolean
}
