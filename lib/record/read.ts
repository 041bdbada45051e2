import { readFileSync } from 'node:fs'
import type { Fact } from './facts.ts'
import { describeInvalid, isFact } from './parse.ts'

/** What `events.jsonl` holds. */
export interface Events {
  /** In the order they were written. */
  facts: Fact[]
  /** Lines that were cut off because their writer died; what they said is not known. */
  torn: TornLine[]
}

export interface TornLine {
  /** Counted from 1. */
  line: number
  text: string
}

/** Reads and checks every fact of a file. Fails, with the line's number, on a line that is whole but not a fact. */
export function readFacts(file: string): Events {
  const events: Events = { facts: [], torn: [] }
  for (const [index, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (text === '') continue
    const value = parseLine(text)
    if (value === undefined) events.torn.push({ line: index + 1, text })
    else if (isFact(value)) events.facts.push(value)
    else throw new Error(`"${file}" line ${index + 1}: ${describeInvalid(value) ?? 'not a fact'}`)
  }
  return events
}

/** Which drill a torn line belonged to: its id, 'run' for a fact of the run, or null where the line is too short to say. */
export function findOwner(torn: TornLine): { drill: string } | 'run' | null {
  if (torn.text.startsWith('{"kind":"run.')) return 'run'
  const id = /^\{"kind":"[^"]*","at":[^,]*,"drill":("(?:[^"\\]|\\.)*")/.exec(torn.text)?.[1]
  return id === undefined ? null : { drill: JSON.parse(id) as string }
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
