import type { z } from 'zod'
import { describeMoment, type Moment } from '../../record/moment.ts'
import { type DrillResult, nameStrategy } from '../result.ts'
import type { condition, countedDrills } from '../schema/ranking.ts'
import { concernsTool, type DataIntegrity, measureIntegrity } from './data.ts'
import { type Figure, measureFigure, metrics } from './metrics.ts'

/** A tool with a strategy, and the results of its drills. `name` is unique. */
export interface Candidate {
  name: string
  /** Null if the drills do not record it. */
  tool: string | null
  strategy: string | null
  /** Rows of the drills that count as measured. */
  rows: Row[]
  integrity: DataIntegrity
  /** True if any drill that counts lost data unexpectedly. */
  lostData: boolean
  drills: CountedDrills
}

export type CountedDrills = z.infer<typeof countedDrills>

/** Drills are compared only if they share this condition. */
export type Condition = z.infer<typeof condition>

/** All repetitions of one drill with one candidate. */
export interface Row {
  condition: Condition
  drills: DrillResult[]
  figures: Figure[]
}

/** Groups drills by candidate, sorted by name. */
export function findCandidates(drills: readonly DrillResult[]): Candidate[] {
  const groups = new Map<string, DrillResult[]>()
  for (const drill of drills.toSorted((a, b) => compareTexts(a.id, b.id))) {
    const name = nameStrategy(drill)
    groups.set(name, [...(groups.get(name) ?? []), drill])
  }
  return [...groups].toSorted(([a], [b]) => compareTexts(a, b)).map(([name, own]) => describeCandidate(name, own))
}

/** True if the candidate can have a place: the fate of its data is known, and at least one row was repeated. */
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

/** Why a drill does not count as measured. Null if it counts. */
function findUnmeasured(drill: DrillResult): string | null {
  if (drill.verdict === 'skipped' || drill.verdict === 'inconclusive') return drill.reasons[0] ?? 'no reason is given'
  if (drill.tool === null || drill.strategy === null) return 'the drill does not name its tool'
  return concernsTool(drill) ? null : 'nothing was backed up or restored, so it shows nothing about the tool'
}

/** Compares by code units, so that the locale makes no difference. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Groups drills into rows, sorted by their conditions. */
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

/** Identifies a condition. The key of a fault at rest is the same as in older versions, which had no moments. */
export function keyOf({ fault, moment, mesh, workload }: Condition): string {
  return JSON.stringify([fault, mesh, workload, ...(isUsual(moment) ? [] : [moment])])
}

/** 'volume-corruption (istio, ledger)', 'tool-kill during the restore (istio, ledger)' */
export function nameCondition({ fault, moment, mesh, workload }: Condition): string {
  const when = isUsual(moment) ? '' : ` ${describeMoment(moment)}`
  return `${fault ?? 'unknown fault'}${when} (${mesh ?? 'unknown mesh'}, ${workload ?? 'unknown workload'})`
}

const isUsual = (moment: Moment | null): moment is 'at-rest' | null => moment === null || moment === 'at-rest'
