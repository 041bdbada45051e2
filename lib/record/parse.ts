import { isUtf8 } from 'node:buffer'
import { type Fact, FACTS } from './facts.ts'
import type { z } from 'zod'
import { dropRightList } from './long-lists.ts'
import { LATEST_MS } from './schema/measured.ts'

const schemas = new Map<string, z.ZodType>(Object.entries(FACTS))

/** True if a value is a fact. `describeInvalid` says why not. */
export function isFact(value: unknown): value is Fact {
  return describeInvalid(value) === null
}

/** Why a value is not a fact, as text. Null if it is one. Unknown fields are ignored. */
export function describeInvalid(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return 'it has no kind'
  const schema = typeof value.kind === 'string' ? schemas.get(value.kind) : undefined
  if (!schema) return `unknown kind ${JSON.stringify(value.kind)}`
  const { error } = schema.safeParse(dropRightList(value))
  return error ? describeIssues(error) : describeTime(value as Fact)
}

/** True if facts of this kind exist. */
const isKind = (kind: string): boolean => schemas.has(kind)

const describeIssues = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => `${['fact', ...path].join('.')}: ${message}`).join(', ')

/** Why the time of a drill's fact is invalid, else null. Times of the run's facts are only shown. */
function describeTime(fact: Fact): string | null {
  if (!('drill' in fact) || Math.abs(fact.at) <= LATEST_MS) return null
  return `its time ${fact.at} is not a valid date`
}

/** A line of `events.jsonl` without a readable fact. */
export interface UnreadableLine {
  /** Counted from 1. */
  line: number
  /** The reason, as text. */
  why: string
  owner: Owner
}

/**
 * Owner of the facts that an unreadable line may have had. `drills`: ids of drills. 'run': the run. 'all': any drill of the
 * run may have lost a fact there. 'around': no recorder wrote the line, so only drills with facts before and after it are in
 * doubt.
 */
type Owner = { drills: string[] } | 'run' | 'all' | 'around'

type Parsed = { fact: Fact } | { why: string; owner: Owner }

/** The start of the line of a drill's fact: its kind, and its drill as a JSON string. */
const START = /^\{"kind":"([^"\\]*)","at":[^,]*,"drill":("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")/
/** Replaces bytes that are not UTF-8 in decoded text. A name may also contain it. */
const REPLACEMENT = '\u{fffd}'
/** Maximum length of the start of a line, with its kind and drill. */
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
  return { why: describeInvalid(value) ?? 'it is not a fact', owner: ownerOf(value) }
}

/** The drill of a line, read from its start only. Null if the line does not begin like a recorded fact of a drill. */
export function peekDrill(bytes: Buffer): string | null {
  const start = bytes.subarray(0, START_BYTES).toString('utf8')
  const { kind, id } = readStart(start)
  return id === null || !isKind(kind) || holdsSecondFact(bytes) ? null : id
}

/** Finds the owner of a damaged line. The line may contain two facts, for example after a disk lost the bytes between them. */
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

/** The id is null if it cannot be read, or if one of its bytes may be damaged. */
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

/** True if the line may contain a second fact. Findings also have a kind, so the caller must parse the whole line. */
const holdsSecondFact = (bytes: Buffer): boolean => bytes.indexOf(SECOND_FACT, 1) !== -1
