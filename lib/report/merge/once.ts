import type { Part, Source, SourceDrill } from './source.ts'
import { createHash } from 'node:crypto'
import type { DrillFact } from '../../record/facts.ts'

/** What a drill recorded, without its id and its repetition, which merging changes. */
interface Fingerprint {
  /** A hash for each fact, of it and all facts before it. */
  hashes: string[]
  /** Lines that may have been of the drill and cannot be read. */
  unreadable: number
}

const known = new WeakMap<SourceDrill, Fingerprint>()

/** Reads the drill's facts, once. */
function fingerprintOf(drill: SourceDrill): Fingerprint {
  const before = known.get(drill)
  if (before !== undefined) return before
  const { facts, unreadable } = drill.source.events.readDrill(drill.id)
  const print = { hashes: chain(facts), unreadable: unreadable.length }
  known.set(drill, print)
  return print
}

function chain(facts: DrillFact[]): string[] {
  const hash = createHash('sha256')
  return facts.map((fact) =>
    hash
      .update(`${normalise(fact)}\n`)
      .copy()
      .digest('base64')
      .slice(0, 22),
  )
}

/** Recorders, and programs that copied what they wrote, may order the first fields differently. */
function normalise(fact: DrillFact): string {
  const body = fact.kind === 'drill.planned' ? { ...fact, axes: { ...fact.axes, repetition: 0 } } : fact
  const rest = Object.entries(body).filter(([field]) => !['kind', 'at', 'drill'].includes(field))
  return JSON.stringify([fact.kind, fact.at, rest])
}

/** Whether one drill's facts are the other's, or the first of them, as in a copy that was made while the drill ran. */
function isCopy(one: Fingerprint, other: Fingerprint): boolean {
  const common = Math.min(one.hashes.length, other.hashes.length)
  return common > 0 && one.hashes[common - 1] === other.hashes[common - 1]
}

/** Whether more is known by the first. */
const isMoreComplete = (one: Fingerprint, other: Fingerprint): boolean =>
  one.hashes.length === other.hashes.length
    ? one.unreadable < other.unreadable
    : one.hashes.length > other.hashes.length

/** One of the merged runs, with each of its drills once. */
export interface MergedPart extends Part {
  /** All sources that have drills of it. */
  sources: Set<Source>
}

interface Once {
  /** In the order in which the runs began. */
  parts: MergedPart[]
  /** The sources that something is taken from, in the order in which they began. */
  used: Source[]
  /** A sentence for each source that is left out or that has drills of another. */
  told: string[]
}

/**
 * Takes each drill of each run once, even if several folders hold it. The random id of the run and the id of the drill identify
 * it. Runs of earlier versions have no random id: their id, their beginning and the recorded facts identify them. The more
 * complete of two copies is taken.
 */
export function takeOnce(sources: readonly Source[]): Once {
  const parts: MergedPart[] = []
  const differences: string[] = []
  // A run itself goes before its copy in a merged run.
  const ordered = sources.toSorted((one, other) => Number(isMerged(one)) - Number(isMerged(other)))
  for (const source of ordered) for (const part of source.parts) differences.push(...addPart(parts, part, source))
  const taken = new Set(parts.flatMap(({ drills }) => drills.map((drill) => drill.source)))
  const isUsed = (source: Source) =>
    taken.has(source) || (source.events.drills.length === 0 && parts.some((part) => [...part.sources][0] === source))
  const used = sources.filter(isUsed).toSorted((one, other) => one.started.at - other.started.at)
  const position = ({ sources: own }: MergedPart) => Math.min(...[...own].map((source) => sources.indexOf(source)))
  return {
    parts: parts
      .filter(({ drills, sources: own }) => drills.length > 0 || [...own].some(isUsed))
      .toSorted((one, other) => one.run.startedAt - other.run.startedAt || position(one) - position(other)),
    used,
    told: [...sources.flatMap((source) => tellCopies(source, isUsed(source), parts)), ...differences],
  }
}

const isMerged = ({ started }: Source): boolean => started.run.merged !== undefined

/** Returns a sentence for each drill that is the same as one of an earlier source, but whose facts are not. */
function addPart(parts: MergedPart[], part: Part, source: Source): string[] {
  const rivals = parts.filter((other) => mayBeSame(part, other))
  const matched = new Set<SourceDrill>()
  const matches = part.drills.map((drill) => {
    const match = findCopy(drill, part, rivals, matched)
    if (match !== null) matched.add(match.drill)
    return { drill, match }
  })
  const target =
    rivals.find((other) => isSame(part, other)) ??
    matches.find(({ match }) => match !== null)?.match?.part ??
    (part.drills.length === 0 ? rivals[0] : undefined) ??
    addEmpty(parts, part)
  target.sources.add(source)
  if (target.run.durationMs === null) target.run = { ...target.run, durationMs: part.run.durationMs }
  for (const { drill, match } of matches) {
    if (match === null) target.drills.push(drill)
    else if (isMoreComplete(fingerprintOf(drill), fingerprintOf(match.drill)))
      match.part.drills = match.part.drills.map((one) => (one === match.drill ? drill : one))
  }
  return matches.flatMap(({ drill, match }) => (match === null ? [] : tellDifference(match.drill, drill)))
}

function tellDifference(one: SourceDrill, other: SourceDrill): string[] {
  const [print, otherPrint] = [fingerprintOf(one), fingerprintOf(other)]
  // Unreadable lines explain why the facts differ.
  if (isCopy(print, otherPrint) || print.unreadable + otherPrint.unreadable > 0) return []
  const taken = isMoreComplete(otherPrint, print) ? other : one
  return [
    `the facts of drill ${one.originalId ?? one.id} differ in "${one.source.folder}" and "${other.source.folder}", which are ` +
      `the same run: those of "${taken.source.folder}" are taken`,
  ]
}

function addEmpty(parts: MergedPart[], part: Part): MergedPart {
  const added = { ...part, drills: [], sources: new Set<Source>() }
  parts.push(added)
  return added
}

const mayBeSame = (one: Part, other: Part): boolean =>
  one.keys.some((key) => other.keys.includes(key)) &&
  (one.run.uid === undefined || other.run.uid === undefined || one.run.uid === other.run.uid)

const isSame = (one: Part, other: Part): boolean => one.run.uid !== undefined && one.run.uid === other.run.uid

/** The drill of an earlier source that this one is a copy of, if there is one. */
function findCopy(
  drill: SourceDrill,
  part: Part,
  rivals: MergedPart[],
  matched: Set<SourceDrill>,
): { drill: SourceDrill; part: MergedPart } | null {
  const candidates = rivals.flatMap((rival) =>
    rival.drills.filter((other) => !matched.has(other)).map((other) => ({ drill: other, part: rival })),
  )
  const isIt = ({ drill: other, part: rival }: (typeof candidates)[number]): boolean => {
    if (drill.originalId !== null && other.originalId !== null) {
      if (drill.originalId !== other.originalId) return false
      if (isSame(part, rival)) return true
    }
    return isCopy(fingerprintOf(drill), fingerprintOf(other))
  }
  const named = ({ drill: other }: (typeof candidates)[number]) =>
    (other.originalId ?? other.id) === (drill.originalId ?? drill.id)
  return candidates.filter(named).find(isIt) ?? candidates.filter((one) => !named(one)).find(isIt) ?? null
}

function tellCopies(source: Source, isUsed: boolean, parts: MergedPart[]): string[] {
  const own = source.parts.reduce((sum, { drills }) => sum + drills.length, 0)
  const kept = parts.reduce((sum, { drills }) => sum + drills.filter((drill) => drill.source === source).length, 0)
  const others = [...new Set(parts.flatMap((part) => (part.sources.has(source) ? [...part.sources] : [])))]
    .filter((other) => other !== source)
    .map(({ folder }) => `"${folder}"`)
    .join(', ')
  if (!isUsed && isMerged(source))
    return [`"${source.folder}" is left out: it is a merged run, and what it was merged of is given too, in ${others}`]
  if (!isUsed) return [`"${source.folder}" is left out: it is the same run as in ${others}`]
  if (kept === own) return []
  return [`${own - kept} of ${own} drills of "${source.folder}" are left out: they are given too, in ${others}`]
}
