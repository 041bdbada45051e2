import { concernsTool, type DataOutcome, judgeData } from './ranking-drills.ts'
import { findRows, type Row } from './ranking-rows.ts'
import type { DrillResult, Verdict } from './result.ts'

/** A tool with a strategy, and what its drills say of it. `name` is unique. */
export interface Candidate {
  name: string
  /** Null where the drills do not say. */
  tool: string | null
  strategy: string | null
  /** Of the drills that count. */
  rows: Row[]
  integrity: DataIntegrity
  /** Whether data was lost that should not have been, in any drill that counts. */
  lostData: boolean
  drills: CountedDrills
}

export interface DataIntegrity {
  /** Drills whose data came back whole. */
  whole: number
  /** Drills whose data did not, and should have. */
  lost: number
  /** Drills whose data did not, as was expected of the tool after such a fault. */
  lostAsExpected: number
  unknown: number
  /** Whole ones of those that are known; null where none is. */
  wholeShare: number | null
  /** Acknowledged writes that were lost, and findings in what was read back; null where no drill says. */
  lostWrites: number | null
  findings: number | null
}

export interface CountedDrills {
  pass: number
  fail: number
  /** Those that do not count as measured. */
  unmeasured: { id: string; verdict: Verdict; reason: string }[]
}

/** The candidates that drills are of, in the order of their names. */
export function findCandidates(drills: readonly DrillResult[]): Candidate[] {
  const groups = new Map<string, DrillResult[]>()
  for (const drill of drills.toSorted((a, b) => compareTexts(a.id, b.id))) {
    const name = `${drill.tool ?? 'unknown tool'} (${drill.strategy ?? 'unknown strategy'})`
    groups.set(name, [...(groups.get(name) ?? []), drill])
  }
  return [...groups].toSorted(([a], [b]) => compareTexts(a, b)).map(([name, own]) => describeCandidate(name, own))
}

function describeCandidate(name: string, drills: DrillResult[]): Candidate {
  const measured = drills.filter((drill) => findUnmeasured(drill) === null)
  const { tool = null, strategy = null } = drills[0] ?? {}
  const integrity = measureIntegrity(measured)
  return {
    name,
    tool,
    strategy,
    rows: findRows(measured),
    integrity,
    lostData: integrity.lost > 0,
    drills: {
      pass: measured.filter(({ verdict }) => verdict === 'pass').length,
      fail: measured.filter(({ verdict }) => verdict === 'fail').length,
      unmeasured: drills.flatMap((drill) => {
        const reason = findUnmeasured(drill)
        return reason === null ? [] : [{ id: drill.id, verdict: drill.verdict, reason }]
      }),
    },
  }
}

/** Why a drill does not count as measured; null where it does. */
function findUnmeasured(drill: DrillResult): string | null {
  if (drill.verdict === 'skipped' || drill.verdict === 'inconclusive') return drill.reasons[0] ?? 'no reason is given'
  if (drill.tool === null || drill.strategy === null) return 'the drill does not say of which tool it is'
  return concernsTool(drill) ? null : 'nothing was backed up or restored in it: it says nothing of the tool'
}

function measureIntegrity(measured: DrillResult[]): DataIntegrity {
  const outcomes = measured.map(judgeData)
  const count = (outcome: DataOutcome) => outcomes.filter((each) => each === outcome).length
  const [whole, lost, lostAsExpected] = [count('whole'), count('lost'), count('lost as expected')]
  const known = whole + lost + lostAsExpected
  // The list in the result is cut off where it grows long; the evidence has the number.
  const findings = measured.map(({ integrity, evidence }) =>
    typeof evidence.findings === 'number' ? evidence.findings : (integrity?.findings.length ?? null),
  )
  return {
    whole,
    lost,
    lostAsExpected,
    unknown: count('unknown'),
    wholeShare: known === 0 ? null : whole / known,
    lostWrites: addKnown(measured.map(({ rpo }) => rpo?.lost ?? null)),
    findings: addKnown(findings),
  }
}

/** Null where none is known. */
function addKnown(counts: (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null)
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0)
}

/** By code units, so that no locale has a say. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
