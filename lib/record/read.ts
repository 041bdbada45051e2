import { readFileSync } from 'node:fs'
import type { Fact } from './facts.ts'
import { describeInvalid, isFact } from './parse.ts'

/** Content of `events.jsonl`. */
export interface Events {
  /** Facts in the order in which they were written. */
  facts: Fact[]
  /** Incomplete lines of writers that died. Their content is unknown. */
  torn: TornLine[]
}

export interface TornLine {
  /** Counted from 1. */
  line: number
  text: string
}

/** Reads and checks every fact of a file. Throws, with the line's number, on a complete line that is not a fact. */
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

/** The drill of a torn line, or 'run' for a fact of the run. Null if the line is too short. */
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
