/** What K8up's own log says of the restic that it runs: sizes in bytes. */

const UNITS: Record<string, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }

export interface BackupLog {
  /** What the snapshots of all volumes hold; null where no volume was finished. */
  bytes: number | null
  bytesAdded: number | null
  /** Files that could not be read: K8up calls such a backup a success. */
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
 * Bytes that restic says it restored, which it rounds to a thousandth of its unit; null where it did not come to its end.
 * K8up calls a restore a success whatever restic said.
 */
export function readRestoredBytes(log: string): number | null {
  const [, digits, unit = ''] = /Summary: Restored .*\(([0-9.]+) ([KMGT]?i?B)[ )]/.exec(log) ?? []
  const factor = UNITS[unit]
  return digits === undefined || factor === undefined ? null : Math.round(Number(digits) * factor)
}
