/** How a simulated backup tool works. */
export interface ToolTraits {
  /** Copying file by file, while the volume is written to, does not give the state of one point in time. */
  copies: 'at one moment' | 'file by file'
  /** Duration of the transfer of a whole volume. */
  backupMs: number
  restoreMs: number
  /** Time from the end of a restore until the service answers. */
  startUpMs: number
  /** Interval of its schedule; null if it only backs up on request. */
  everyMs: number | null
  /** True if it retries after its mover was killed or the store was away. */
  persistent: boolean
  /** True if timestamps are whole seconds, as those of Kubernetes. */
  wholeSeconds: boolean
}
