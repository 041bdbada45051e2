import { isUtf8 } from 'node:buffer'
import { type Fact, FACTS } from './facts.ts'
import type { z } from 'zod'
import { dropRightList } from './long-lists.ts'
import { LATEST_MS } from './schema/measured.ts'

const schemas = new Map<string, z.ZodType>(Object.entries(FACTS))

/** Whether a value is a fact; else `describeInvalid` says why not. */
export function isFact(value: unknown): value is Fact {
  return describeInvalid(value) === null
}

/** Why a value is not a fact, in words; null if it is one. Fields that no schema names are ignored. */
export function describeInvalid(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return 'it has no kind'
  const schema = typeof value.kind === 'string' ? schemas.get(value.kind) : undefined
  if (!schema) return `unknown kind ${JSON.stringify(value.kind)}`
  const { error } = schema.safeParse(dropRightList(value))
  return error ? describeIssues(error) : describeTime(value as Fact)
}

/** Whether facts of this kind exist. */
const isKind = (kind: string): boolean => schemas.has(kind)

const describeIssues = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => `${['fact', ...path].join('.')}: ${message}`).join(', ')

/** A drill is judged by its times. The run's own are only shown. */
function describeTime(fact: Fact): string | null {
  if (!('drill' in fact) || Math.abs(fact.at) <= LATEST_MS) return null
  return `its time, ${fact.at}, is no date that a calendar has`
}

/** A line of `events.jsonl` that holds no fact that can be read. */
export interface UnreadableLine {
  /** Counted from 1. */
  line: number
  /** In words. */
  why: string
  owner: Owner
}

/**
 * Whose facts an unreadable line may have held: drills by their ids; 'run' for a fact of the run; 'all' if any drill of the run
 * may have lost a fact there; 'around' for a line that no recorder wrote: only drills with facts before and after it are in doubt.
 */
type Owner = { drills: string[] } | 'run' | 'all' | 'around'

type Parsed = { fact: Fact } | { why: string; owner: Owner }

/** How the line of a drill's fact begins: its kind, and its drill as a JSON text. */
const START = /^\{"kind":"([^"\\]*)","at":[^,]*,"drill":("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")/
/** Stands in a decoded text where its bytes are no UTF-8. A name may hold it rightly too. */
const REPLACEMENT = '\u{fffd}'
/** Bytes of a line in which its kind and its drill stand. */
const START_BYTES = 2048

/** Reads one line. */
export function parseFact(bytes: Buffer): Parsed {
  if (!isUtf8(bytes)) return { why: 'it is not UTF-8', owner: findOwner(bytes.toString('utf8')) }
  const text = bytes.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { why: 'it is cut off or damaged', owner: findOwner(text) }
  }
  if (isFact(value)) return { fact: value }
  return { why: describeInvalid(value) ?? 'it is no fact', owner: ownerOf(value) }
}

/** The drill of a line that begins as a recorder writes facts of drills, without reading the rest; null for all other lines. */
export function peekDrill(bytes: Buffer): string | null {
  const start = bytes.subarray(0, START_BYTES).toString('utf8')
  const { kind, id } = readStart(start)
  return id === null || !isKind(kind) || holdsSecondFact(bytes) ? null : id
}

/** Whose fact a damaged line was. Two facts may have run into one line, as when a disk lost what was between them. */
function findOwner(text: string): Owner {
  const [first = '', ...others] = text.split(/(?=\{"kind":")/)
  const starts = [first, ...others.filter((one) => isKind(/^\{"kind":"([^"]*)"/.exec(one)?.[1] ?? ''))]
  const drills = new Set<string>()
  for (const start of starts) {
    if (start.startsWith('{"kind":"run.')) continue
    const { id } = readStart(start)
    if (id === null) return 'all'
    drills.add(id)
  }
  return drills.size === 0 ? 'run' : { drills: [...drills] }
}

/** The id is null where it cannot be read, or where one of its bytes may be damaged. */
function readStart(text: string): { kind: string; id: string | null } {
  const [, kind = '', id = null] = START.exec(text) ?? []
  return { kind, id: id === null || id.includes(REPLACEMENT) ? null : (JSON.parse(id) as string) }
}

function ownerOf(value: unknown): Owner {
  if (typeof value !== 'object' || value === null) return 'around'
  if ('drill' in value && typeof value.drill === 'string') return { drills: [value.drill] }
  return 'kind' in value && String(value.kind).startsWith('run.') ? 'run' : 'around'
}

const SECOND_FACT = Buffer.from('{"kind":"')

/** Findings have a kind too: such a line has to be read as a whole to know. */
const holdsSecondFact = (bytes: Buffer): boolean => bytes.indexOf(SECOND_FACT, 1) !== -1
