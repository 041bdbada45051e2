import { OUTPUT_LIMIT, shortenMiddle } from '../../output/shorten.ts'
import type { OperationResult } from '../../record/facts.ts'
import { sumKnown } from '../support/times.ts'
import { earliest, latest } from '../support/times.ts'
import type { TaskEnd } from './job.ts'

/** Sums up the Jobs of one backup or restore, one for each claim. The sum of bytes is null if one number is unknown. */
export function resultOf(
  ends: TaskEnd[],
  bytesOf: (end: TaskEnd) => number | null,
  details: OperationResult['details'],
): OperationResult {
  const failed = ends.find(({ succeeded }) => !succeeded)
  const bytes = ends.map((end) => (end.succeeded ? bytesOf(end) : 0))
  const message = (failed ?? ends.find((end) => end.errors > 0))?.message ?? null
  return {
    state: failed?.state ?? 'Complete',
    succeeded: failed === undefined,
    startedMs: earliest(ends.map(({ startedMs }) => startedMs)),
    endedMs: latest(ends.map(({ endedMs }) => endedMs)),
    bytes: sumKnown(bytes),
    details: {
      volumes: ends.length,
      volumesFailed: ends.filter(({ succeeded }) => !succeeded).length,
      errors: sum(ends.map(({ errors }) => errors)),
      ...(failed === undefined ? {} : { exitCode: failed.exitCode, reason: failed.reason }),
      ...(message === null ? {} : { message: shortenMiddle(message, OUTPUT_LIMIT) }),
      ...details,
    },
  }
}

export const backedUpBytes = (end: TaskEnd): number | null => end.backup?.bytes ?? null
export const restoredBytes = (end: TaskEnd): number | null => end.restoredBytes

export const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0)
