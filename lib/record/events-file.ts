import { closeSync, openSync } from 'node:fs'
import { describeFileError } from '../system/file-error.ts'
import { type DrillFact, EVENTS_SCHEMA, type Fact, type RunFact } from './facts.ts'
import { type Line, type LineRange, readLines, readRange } from './lines.ts'
import { parseFact, peekDrill, type UnreadableLine } from './parse.ts'

/**
 * An `events.jsonl` of any size. Opening it records the places of each drill's facts. They are read drill by drill, so that
 * memory does not grow with the number of drills. Facts of several drills may be mixed.
 */
export interface EventsFile {
  file: string
  /** Facts of the run, in the order of the file. */
  runFacts: RunFact[]
  /** Ids of the drills with at least one line, in the order of their first lines. */
  drills: string[]
  /** Reads the facts of one drill, in the order of the file. */
  readDrill: (id: string) => DrillFacts
  /** Unreadable lines found so far, in the order of the file. Those of a drill are known after it was read. */
  unreadable: () => UnreadableLine[]
  /** Numbers of the unreadable lines that may have had facts of a drill. Complete after the drill was read. */
  unreadableFor: (id: string) => number[]
  close: () => void
}

export interface DrillFacts {
  facts: DrillFact[]
  /** Numbers of the unreadable lines that may have had facts of this drill. */
  unreadable: number[]
}

/** Opens the facts of a run. Throws if the file cannot be read, or if its facts have a later schema. */
export function openEvents(file: string): EventsFile {
  const descriptor = openFile(file)
  try {
    return index(file, descriptor)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

function openFile(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    throw new Error(`the facts in "${file}" cannot be read: ${describeFileError(error)}`, { cause: error })
  }
}

function index(file: string, descriptor: number): EventsFile {
  const runFacts: RunFact[] = []
  const places = new Map<string, LineRange[]>()
  const unreadable = new Map<number, UnreadableLine>()
  for (const line of readLines(descriptor)) {
    if (isBlank(line)) continue
    const found = findPlace(line)
    if (typeof found === 'string') addLine(places, found, line)
    else if ('fact' in found) runFacts.push(found.fact)
    else unreadable.set(line.number, found)
    if (typeof found !== 'string') refuseLaterSchema(file, line)
  }
  const unreadableFor = (id: string) => {
    const ranges = places.get(id) ?? []
    return [...unreadable.values()].filter((line) => mayConcern(line, id, ranges)).map(({ line }) => line)
  }
  return {
    file,
    runFacts,
    drills: [...places.keys()],
    unreadable: () => [...unreadable.values()].toSorted((one, other) => one.line - other.line),
    unreadableFor,
    readDrill: (id) => {
      const facts: DrillFact[] = []
      for (const range of places.get(id) ?? []) {
        for (const line of readRange(descriptor, range)) {
          if (isBlank(line)) continue
          const parsed = parseFact(line.bytes)
          if ('fact' in parsed && 'drill' in parsed.fact && parsed.fact.drill === id) facts.push(parsed.fact)
          else unreadable.set(line.number, { line: line.number, why: whyNot(parsed), owner: { drills: [id] } })
        }
      }
      return { facts, unreadable: unreadableFor(id).toSorted((one, other) => one - other) }
    },
    close: () => {
      closeSync(descriptor)
    },
  }
}

const whyNot = (parsed: ReturnType<typeof parseFact>): string => ('why' in parsed ? parsed.why : 'it names two drills')

/** The drill of a line, or a fact of the run, or why the line is neither. */
function findPlace(line: Line): string | { fact: RunFact } | UnreadableLine {
  if (line.isTooLong) return { line: line.number, why: 'it is longer than any fact', owner: 'all' }
  const drill = peekDrill(line.bytes)
  if (drill !== null) return drill
  const parsed = parseFact(line.bytes)
  if ('why' in parsed) return { line: line.number, ...parsed }
  return isRunFact(parsed.fact) ? { fact: parsed.fact } : parsed.fact.drill
}

function addLine(places: Map<string, LineRange[]>, drill: string, { number, offset, length }: Line): void {
  const ranges = places.get(drill) ?? []
  if (ranges.length === 0) places.set(drill, ranges)
  const last = ranges.at(-1)
  if (last !== undefined && last.offset + last.length === offset) last.length += length
  else ranges.push({ offset, length, line: number })
}

function mayConcern({ line, owner }: UnreadableLine, id: string, ranges: LineRange[]): boolean {
  if (owner === 'all') return true
  if (owner === 'run') return false
  if (owner !== 'around') return owner.drills.includes(id)
  const [first, last] = [ranges[0], ranges.at(-1)]
  return first !== undefined && last !== undefined && first.line < line && line < last.line
}

/** Throws on facts of a later version. Their meaning is unknown, even if they look the same. */
function refuseLaterSchema(file: string, { bytes }: Line): void {
  if (!bytes.subarray(0, 200).includes('"run.started"')) return
  const schema = /"schema":"([^"]*)"/.exec(bytes.toString('utf8'))?.[1]
  if (schema !== undefined && schema !== EVENTS_SCHEMA)
    throw new Error(
      `the facts in "${file}" have schema "${schema}", and this version reads "${EVENTS_SCHEMA}". ` +
        'Next: use the version of meshdrill that recorded them',
    )
}

const BLANKS = Buffer.from(' \t\r')

const isBlank = ({ bytes, isTooLong }: Line): boolean => !isTooLong && bytes.every((byte) => BLANKS.includes(byte))

export const isRunFact = (fact: Fact): fact is RunFact => !('drill' in fact)
