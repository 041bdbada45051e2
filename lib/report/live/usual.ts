import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { messageOf } from '../../system/file-error.ts'
import { replaceFile } from '../../system/replace-file.ts'

/** How long drills and their steps took on this machine in earlier runs. */
export interface UsualDurations {
  /** Median of the last durations in ms; null if there is none. */
  of(key: string): number | null
  /** Adds a duration, and keeps it for later runs. */
  add(key: string, durationMs: number): void
  /** Writes what was added. Returns why it could not be written, or null. */
  save(): string | null
}

/** Enough for a median, and few enough that a changed machine is learned within a few runs. */
const KEPT = 9

const file = z.record(z.string(), z.array(z.number().nonnegative()))

/** `path`: a file in the user's cache folder. A missing or damaged file counts as empty: it is made again. */
export function readUsualDurations(path: string): UsualDurations {
  const known = new Map(Object.entries(readFile(path)))
  return {
    of: (key) => median(known.get(key) ?? []),
    add(key, durationMs) {
      known.set(key, [...(known.get(key) ?? []), Math.round(durationMs)].slice(-KEPT))
    },
    save() {
      try {
        replaceFile(path, JSON.stringify(Object.fromEntries(known)))
        return null
      } catch (error) {
        return `the durations of this run could not be kept in "${path}": ${messageOf(error)}`
      }
    },
  }
}

function readFile(path: string): Record<string, number[]> {
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return {}
  }
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
