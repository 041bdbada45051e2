import type { z } from 'zod'
import { describeMoment, type Moment } from '../../record/moment.ts'
import { type DrillResult, nameStrategy } from '../result.ts'
import type { condition, countedDrills } from '../schema/ranking.ts'
import { concernsTool, type DataIntegrity, measureIntegrity } from './data.ts'
import { type Figure, measureFigure, metrics } from './metrics.ts'

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

export type CountedDrills = z.infer<typeof countedDrills>

/** What drills must share to be compared. */
export type Condition = z.infer<typeof condition>

/** The repetitions of a drill by one contender. */
export interface Row {
  condition: Condition
  drills: DrillResult[]
  figures: Figure[]
}

/** The candidates that drills are of, in the order of their names. */
export function findCandidates(drills: readonly DrillResult[]): Candidate[] {
  const groups = new Map<string, DrillResult[]>()
  for (const drill of drills.toSorted((a, b) => compareTexts(a.id, b.id))) {
    const name = nameStrategy(drill)
    groups.set(name, [...(groups.get(name) ?? []), drill])
  }
  return [...groups].toSorted(([a], [b]) => compareTexts(a, b)).map(([name, own]) => describeCandidate(name, own))
}

/** Whether it can have a place: something is known of its data, and not from one drill a row alone. */
export function isRankable({ integrity, rows }: Candidate): boolean {
  return integrity.wholeShare !== null && rows.some(({ drills }) => drills.length > 1)
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

/** By code units, so that no locale has a say. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** The rows that drills make up, in the order of their conditions' names. */
function findRows(drills: readonly DrillResult[]): Row[] {
  const groups = new Map<string, DrillResult[]>()
  for (const drill of drills) groups.set(keyOf(drill), [...(groups.get(keyOf(drill)) ?? []), drill])
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => {
      const [first] = group
      if (!first) return []
      const { mesh, fault, moment, workload } = first
      const figures = metrics.map((metric) => measureFigure(metric, group))
      return [{ condition: { mesh, fault, moment, workload }, drills: group, figures }]
    })
}

/** Chance in comparisons is drawn from this: of a fault at rest it is the same as before there were moments. */
export function keyOf({ fault, moment, mesh, workload }: Condition): string {
  return JSON.stringify([fault, mesh, workload, ...(isUsual(moment) ? [] : [moment])])
}

/** 'volume-corruption (istio, ledger)', 'tool-kill during the restore (istio, ledger)' */
export function nameCondition({ fault, moment, mesh, workload }: Condition): string {
  const when = isUsual(moment) ? '' : ` ${describeMoment(moment)}`
  return `${fault ?? 'unknown fault'}${when} (${mesh ?? 'unknown mesh'}, ${workload ?? 'unknown workload'})`
}

const isUsual = (moment: Moment | null): moment is 'at-rest' | null => moment === null || moment === 'at-rest'
