import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { describeFileError } from '../system/file-error.ts'
import type { Fact } from './facts.ts'
import { redactDeep } from '../output/redaction.ts'
import { describeInvalid } from './parse.ts'

/** Appends facts to a run's `events.jsonl`. Several processes may record into the same file at the same time. */
export interface Recorder {
  /**
   * Appends one fact, without secrets; when it returns, the fact survives the death of this process.
   * Fails on a fact that could not be read back (a wrong field, NaN). Of facts that cannot be written, as on a full disk, only
   * the first is an error: what a drill has still to do must not stop at each of them. All of them are lost, and as soon as
   * something can be written again a line says so, so that their drills cannot pass.
   */
  record(fact: Fact): void
  close(): void
}

/** Opens `file` for appending, and makes it and its folder where they are not there yet. */
export function openRecorder(file: string): Recorder {
  const descriptor = openForAppending(file)
  // A process that was killed while writing leaves half a line; the next fact must not be glued to it.
  let lineOpen = endsWithinLine(descriptor)
  /** In place of facts that could not be written. */
  const marks = new Set<string>()
  let hasFailed = false

  /** One call for all of it: with O_APPEND the kernel keeps lines of several processes apart. */
  const append = (lines: string[]): void => {
    const bytes = Buffer.from(`${lineOpen ? '\n' : ''}${lines.join('\n')}\n`)
    const written = writeSync(descriptor, bytes)
    if (written > 0) lineOpen = bytes[written - 1] !== NEWLINE
    if (written < bytes.length)
      throw new Error(`only ${written} of ${bytes.length} bytes were written: the disk may be full`)
  }

  return {
    record(known) {
      const fact = redactDeep(known)
      const invalid = describeInvalid(fact)
      if (invalid !== null) throw new Error(`fact "${fact.kind}" not recorded in "${file}": ${invalid}`)
      try {
        append([...marks, toLine(fact)])
        marks.clear()
      } catch (error) {
        marks.add(lostLine('drill' in fact ? fact.drill : null))
        if (hasFailed) return
        hasFailed = true
        throw notRecorded(fact, file, error)
      }
    },
    close: () => {
      closeSync(descriptor)
    },
  }
}

/** A line that cannot be read, in place of facts of a drill, or of the run where it is null, that are lost. */
export const lostLine = (drill: string | null): string =>
  drill === null ? '{"kind":"run.lost",' : `{"kind":"lost","at":0,"drill":${JSON.stringify(drill)},`

function notRecorded(fact: Fact, file: string, cause: unknown): Error {
  const what = 'drill' in fact ? `of drill "${fact.drill}"` : 'of the run'
  const effect = 'drill' in fact ? 'Without it the drill cannot pass' : 'It is missing in the report'
  return new Error(
    `fact "${fact.kind}" ${what} could not be recorded in "${file}": ${describeFileError(cause)}. ${effect}. ` +
      'Next: make space on the disk, and run again',
    { cause },
  )
}

function openForAppending(file: string): number {
  try {
    mkdirSync(dirname(file), { recursive: true })
    return openSync(file, 'a+')
  } catch (error) {
    throw new Error(`facts cannot be recorded in "${file}": ${describeFileError(error)}`, { cause: error })
  }
}

/** A fact as a line of `events.jsonl`. The kind and the drill come first, so that even half a line says whose it was. */
export function toLine(fact: Fact): string {
  if (!('drill' in fact)) return JSON.stringify(fact)
  const { kind, at, drill, ...rest } = fact
  return JSON.stringify({ kind, at, drill, ...rest })
}

const NEWLINE = 0x0a

function endsWithinLine(descriptor: number): boolean {
  const { size } = fstatSync(descriptor)
  const last = Buffer.alloc(1)
  return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE
}
