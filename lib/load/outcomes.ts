import { messageOf } from '../system/file-error.ts'
import type { LoadResult, Write } from '../record/facts.ts'

/** Maximum duration of a request, plus the time until k6 has written its outcome. */
const OUTCOME_MS = 2_000 + 1_000

/** Outcomes of a load, parsed from the lines that script.ts prints. */
export interface Outcomes {
  /** Writes in the order of their outcomes. Then those without an outcome, in the order in which they were sent. */
  writes: Write[]
  /** Writes without an outcome. */
  open: Write[]
  /** Number of requests with an outcome. */
  requests: number
  /** Number of requests that were not answered by a 2xx, or were answered with wrong content. */
  failed: number
  /** Latencies of the answered requests, in milliseconds. */
  latenciesMs: number[]
  /** Time from the first line to the last, in milliseconds. */
  durationMs: number
  lastMs: number
  /** True if the text ends within a line. */
  torn: boolean
}

type Line =
  | { kind: 'sent'; write: Write }
  | { kind: 'write'; sequence: number; status: number; at: number; latencyMs: number }
  | { kind: 'read'; status: number; at: number; latencyMs: number; right: boolean }

/** Parses the lines. Ignores an incomplete last line. Throws on any other invalid line. */
export function parseOutcomes(text: string): Outcomes {
  const lines = text.split('\n')
  const torn = lines.pop() !== ''
  const open = new Map<number, Write>()
  const known: Write[] = []
  const latenciesMs: number[] = []
  const times: number[] = []
  let requests = 0
  let failed = 0
  for (const line of lines.map(parseLine)) {
    if (line.kind === 'sent') {
      if (open.has(line.write.sequence)) throw new Error(`sequence ${line.write.sequence} was sent twice`)
      open.set(line.write.sequence, line.write)
      times.push(line.write.sentMs)
      continue
    }
    const good = isGood(line.status) && (line.kind === 'write' || line.right)
    requests++
    if (!good) failed++
    if (line.status > 0) latenciesMs.push(line.latencyMs)
    times.push(line.at)
    if (line.kind === 'read') continue
    const write = open.get(line.sequence)
    if (!write) throw new Error(`sequence ${line.sequence} has an outcome, but was not sent`)
    open.delete(line.sequence)
    known.push({ ...write, acknowledgedMs: good ? line.at : null })
  }
  const { first, last } = times.reduce(
    (span, at) => ({ first: Math.min(span.first, at), last: Math.max(span.last, at) }),
    { first: Infinity, last: 0 },
  )
  const durationMs = times.length > 0 ? last - first : 0
  return {
    writes: [...known, ...open.values()],
    open: [...open.values()],
    requests,
    failed,
    latenciesMs,
    durationMs,
    lastMs: last,
    torn,
  }
}

export function summariseLoad(outcomes: Outcomes, error: string | null): LoadResult {
  const { requests, failed, durationMs } = outcomes
  const sorted = outcomes.latenciesMs.toSorted((one, other) => one - other)
  return { requests, failed, durationMs, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), error }
}

/** Finds missing outcomes. Only writes that were in flight at the end of the load may lack one. */
function findGap({ torn, open, lastMs }: Outcomes): string | null {
  if (torn) return 'the last line of the load is incomplete'
  const missing = open.filter(({ sentMs }) => sentMs < lastMs - OUTCOME_MS).length
  return missing > 0 ? `${missing} writes were sent and have no outcome` : null
}

/** Result of a finished load. `error` says why the result cannot be trusted, for example because of invalid lines. */
export async function concludeLoad(
  read: () => Promise<Outcomes>,
  error: string | null,
): Promise<{ load: LoadResult; writes: Write[] }> {
  try {
    const outcomes = await read()
    return { load: summariseLoad(outcomes, error ?? findGap(outcomes)), writes: outcomes.writes }
  } catch (cause) {
    const unread = messageOf(cause)
    return { load: summariseLoad(parseOutcomes(''), error ?? unread), writes: [] }
  }
}

/** Percentile by the nearest-rank method. Null without values. */
function percentile(sorted: number[], share: number): number | null {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? null
}

const isGood = (status: number): boolean => status >= 200 && status < 300

function parseLine(text: string): Line {
  const fields = parseArray(text)
  const [kind, ...rest] = fields
  const right = kind === 'read' ? rest.pop() : true
  if (rest.every((value) => typeof value === 'number') && rest.length === 4 && typeof right === 'boolean') {
    const [one = 0, two = 0, three = 0, four = 0] = rest
    if (kind === 'sent') {
      return { kind, write: { sequence: one, slot: two, generation: three, sentMs: four, acknowledgedMs: null } }
    }
    if (kind === 'write') return { kind, sequence: one, status: two, at: three, latencyMs: four }
    if (kind === 'read') return { kind, status: two, at: three, latencyMs: four, right }
  }
  throw new Error(`the load wrote an invalid line: ${text.slice(0, 120)}`)
}

function parseArray(text: string): unknown[] {
  try {
    const fields: unknown = JSON.parse(text)
    return Array.isArray(fields) ? fields : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}
