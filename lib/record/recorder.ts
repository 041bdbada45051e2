import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { describeFileError } from '../system/file-error.ts'
import type { Fact } from './facts.ts'
import { redactDeep } from '../output/redaction.ts'
import { describeInvalid } from './parse.ts'

/** Appends facts to a run's `events.jsonl`. Several processes may record into the same file at the same time. */
export interface Recorder {
  /**
   * Appends one fact, without secrets. When it returns, the fact survives the death of this process. Throws on a fact that
   * could not be read back (a wrong field, NaN). If facts cannot be written, for example on a full disk, only the first one
   * throws, so that the drill can clean up. All of them are lost. The next successful write adds a line about the loss, so that
   * their drills cannot pass.
   */
  record(fact: Fact): void
  close(): void
}

/** Opens `file` for appending. Creates it and its folder if they are missing. */
export function openRecorder(file: string): Recorder {
  const descriptor = openForAppending(file)
  // A process that was killed during a write leaves half a line. The next fact must begin on a new line.
  let lineOpen = endsWithinLine(descriptor)
  /** Lines about facts that could not be written. */
  const marks = new Set<string>()
  let hasFailed = false

  /** One call for all lines: with O_APPEND the kernel does not mix lines of several processes. */
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

/** An unreadable line that replaces lost facts of a drill, or of the run if `drill` is null. */
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

/** A fact as a line of `events.jsonl`. Kind and drill come first, so that even half a line names its drill. */
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
