import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Fact } from './facts.ts'
import { redactDeep } from '../output/redaction.ts'
import { describeInvalid } from './validate.ts'

/** Appends facts to a run's `events.jsonl`. Several processes may record into the same file at the same time. */
export interface Recorder {
  /**
   * Appends one fact, without secrets; when it returns, the fact survives the death of this process.
   * Fails on a fact that could not be read back (a wrong field, NaN) and on a full disk.
   */
  record(fact: Fact): void
  close(): void
}

/** Opens `file` for appending, and makes it and its folder where they are not there yet. */
export function openRecorder(file: string): Recorder {
  mkdirSync(dirname(file), { recursive: true })
  const descriptor = openSync(file, 'a+')
  // A process that was killed while writing leaves half a line; the next fact must not be glued to it.
  let lineOpen = endsWithinLine(descriptor)
  return {
    record(known) {
      const fact = redactDeep(known)
      const invalid = describeInvalid(fact)
      if (invalid !== null) throw new Error(`fact "${fact.kind}" not recorded in "${file}": ${invalid}`)
      const bytes = Buffer.from(`${lineOpen ? '\n' : ''}${toLine(fact)}\n`)
      // One call for the whole line: with O_APPEND the kernel keeps lines of several processes apart.
      const written = writeSync(descriptor, bytes)
      lineOpen = written !== bytes.length
      if (lineOpen) throw new Error(`only ${written} of ${bytes.length} bytes written to "${file}": is the disk full?`)
    },
    close: () => {
      closeSync(descriptor)
    },
  }
}

/** A fact as a line of `events.jsonl`. The kind and the drill come first, so that even half a line says whose it was. */
export function toLine(fact: Fact): string {
  if (!('drill' in fact)) return JSON.stringify(fact)
  const { kind, at, drill, ...rest } = fact
  return JSON.stringify({ kind, at, drill, ...rest })
}

function endsWithinLine(descriptor: number): boolean {
  const { size } = fstatSync(descriptor)
  const last = Buffer.alloc(1)
  return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last.toString() !== '\n'
}
