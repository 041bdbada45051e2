/**
 * Velero's own limits, of minutes where its defaults are of hours: what is stuck must end as the failure that it is, while
 * the drill still waits for it.
 */
export const LIMITS = {
  /** Of the files of a volume; by default 4 h. */
  files: '2m',
  /** Of a snapshot's data being moved, and of whatever else goes on after the backup itself; by default 4 h. */
  itemOperation: '4m',
  /** Of a CSI snapshot being made, and of the objects around one that is moved; by default 10 min. */
  csiSnapshot: '2m',
  /** Of a mover's pod being ready to move; by default 30 min. */
  prepareMover: '2m',
  /** Of a claim being bound, a namespace being gone, a patch being taken; by default 10 min. */
  resource: '2m',
}

/** Of a whole Backup or Restore, for the drill: longer than Velero's own, so that its verdict comes first. */
export const PATIENCE = '7m'
