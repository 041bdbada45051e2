const UNITS: Record<string, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }

/** Results of restic in K8up's log. Sizes are in bytes. */
export interface BackupLog {
  /** Total size of the snapshots of all volumes; null if no snapshot was finished. */
  bytes: number | null
  bytesAdded: number | null
  /** Number of files that could not be read. K8up still reports success for such a backup. */
  errors: number
}

export function readBackupLog(log: string): BackupLog {
  const numbers = (field: string): number[] =>
    [...log.matchAll(new RegExp(`"${field}": (\\d+)`, 'g'))].map(([, digits]) => Number(digits))
  const total = (counts: number[]): number | null =>
    counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0)
  return {
    bytes: total(numbers('bytes processed')),
    bytesAdded: total(numbers('bytes added')),
    errors: total(numbers('errors')) ?? 0,
  }
}

/**
 * Restored bytes from restic's summary, which has three decimals; null if restic did not end. K8up reports success even if
 * restic failed, so a null matters.
 */
export function readRestoredBytes(log: string): number | null {
  const [, digits, unit = ''] = /Summary: Restored .*\(([0-9.]+) ([KMGT]?i?B)[ )]/.exec(log) ?? []
  const factor = UNITS[unit]
  return digits === undefined || factor === undefined ? null : Math.round(Number(digits) * factor)
}
