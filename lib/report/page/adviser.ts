import { formatDuration, joinRange } from '../../system/quantity.ts'

/* Pure, and without anything of Node: the page's script runs the same code as what writes the page. */

/** A quantity that lies between two bounds. `high` is null where it never came to its end. */
export type Bounds = [low: number, high: number | null]

/** What one drill says about objectives. Times in milliseconds; null where it was not measured. */
export interface DrillTimes {
  rtoMs: Bounds | null
  rpoMs: Bounds | null
  /** The data did not come back, or is damaged: no objective is met. */
  lost: boolean
}

/** The repetitions of one strategy under one condition. */
export interface Trial {
  strategy: string
  /** The fault, and its moment where that is not at rest. */
  fault: string
  moment: string
  mesh: string
  workload: string
  /** Drills that count. Inconclusive and skipped ones do not. */
  drills: DrillTimes[]
  uncounted: number
}

export interface Choice {
  /** Null for any. */
  rtoMs: number | null
  rpoMs: number | null
  /** Null for all. */
  faults: readonly string[] | null
  /** Null for all, as the other two. */
  moment: string | null
  mesh: string | null
  workload: string | null
}

export interface Advice {
  strategy: string
  /** `meets`: each drill of each chosen fault. `so far`: each drill that there is, and some faults were not drilled. */
  answer: 'meets' | 'so far' | 'unknown' | 'misses'
  /** For people: by how much, in the worst drill. */
  margin: string
  /** For people: RTO over all of the drills. */
  rto: string
  rpo: string
  /** For people: how sure that is, and what is missing. */
  certainty: string
}

/** What the drills say about objectives: an answer for each strategy, those who meet them first. */
export function advise(trials: readonly Trial[], choice: Choice): Advice[] {
  const chosen = trials.filter(
    ({ fault, moment, mesh, workload }) =>
      (choice.faults === null || choice.faults.includes(fault)) &&
      (choice.moment === null || choice.moment === moment) &&
      (choice.mesh === null || choice.mesh === mesh) &&
      (choice.workload === null || choice.workload === workload),
  )
  const conditions = new Set(chosen.map(nameCondition))
  const strategies = [...new Set(trials.map(({ strategy }) => strategy))]
  const order: Advice['answer'][] = ['meets', 'so far', 'unknown', 'misses']
  return strategies
    .map((strategy) =>
      adviseOne(
        strategy,
        chosen.filter((trial) => trial.strategy === strategy),
        conditions,
        choice,
      ),
    )
    .toSorted((one, other) => order.indexOf(one.answer) - order.indexOf(other.answer))
}

const nameCondition = ({ fault, mesh, workload }: Trial): string => JSON.stringify([fault, mesh, workload])

function adviseOne(strategy: string, own: Trial[], conditions: Set<string>, choice: Choice): Advice {
  const drills = own.flatMap((trial) => trial.drills.map((drill) => ({ ...trial, ...judge(drill, choice) })))
  const over = drills.filter(({ state }) => state === 'over')
  const unclear = drills.filter(({ state }) => state === 'unclear')
  const counted = own.filter((trial) => trial.drills.length > 0)
  const undrilled = conditions.size - new Set(counted.map(nameCondition)).size
  const uncounted = own.reduce((sum, trial) => sum + trial.uncounted, 0)
  const found = { strategy, rto: span(own, 'rtoMs'), rpo: span(own, 'rpoMs') }
  const gaps = [
    ...(unclear.length === 0 ? [] : [`not clear in ${unclear.length} of ${count(drills.length, 'drill')}`]),
    ...(undrilled === 0 ? [] : [`not measured on ${undrilled} of ${count(conditions.size, 'fault')}`]),
    ...(uncounted === 0 ? [] : [`${uncounted} not counted`]),
  ]
  const [worst] = over.toSorted((one, other) => other.excessMs - one.excessMs)
  if (worst !== undefined) {
    const share = `${over.length} of ${count(drills.length, 'drill')}`
    return { ...found, answer: 'misses', margin: describeExcess(worst), certainty: join([share, ...gaps]) }
  }
  if (drills.length === 0) return { ...found, answer: 'unknown', margin: '', certainty: join(gaps) }
  const least = Math.min(...counted.map((trial) => trial.drills.length))
  const sure = unclear.length === 0 ? [describeCertainty(least)] : []
  const answer = unclear.length > 0 ? 'unknown' : undrilled > 0 ? 'so far' : 'meets'
  return { ...found, answer, margin: describeRoom(drills, choice), certainty: join([...sure, ...gaps]) }
}

interface Judged {
  state: 'within' | 'over' | 'unclear'
  /** Infinite if the data did not come back. */
  excessMs: number
  /** By what the objective was missed. */
  excess: 'rto' | 'rpo' | 'lost' | null
  /** Time that was left. Null for any objective, and where it was not measured. */
  roomMs: { rto: number | null; rpo: number | null }
}

function judge({ rtoMs, rpoMs, lost }: DrillTimes, choice: Choice): Judged {
  const rto = compare(rtoMs, choice.rtoMs)
  const rpo = compare(rpoMs, choice.rpoMs)
  const roomMs = { rto: rto.roomMs, rpo: rpo.roomMs }
  if (lost) return { state: 'over', excessMs: Infinity, excess: 'lost', roomMs }
  if (rto.state === 'over' || rpo.state === 'over') {
    const excess = rto.excessMs >= rpo.excessMs ? 'rto' : 'rpo'
    return { state: 'over', excessMs: Math.max(rto.excessMs, rpo.excessMs), excess, roomMs }
  }
  const state = rto.state === 'within' && rpo.state === 'within' ? 'within' : 'unclear'
  return { state, excessMs: 0, excess: null, roomMs }
}

function compare(bounds: Bounds | null, limitMs: number | null) {
  if (limitMs === null) return { state: 'within' as const, excessMs: 0, roomMs: null }
  if (bounds === null) return { state: 'unclear' as const, excessMs: 0, roomMs: null }
  const [low, high] = bounds
  if (low > limitMs) return { state: 'over' as const, excessMs: low - limitMs, roomMs: null }
  const isWithin = high !== null && high <= limitMs
  return {
    state: isWithin ? ('within' as const) : ('unclear' as const),
    excessMs: 0,
    roomMs: isWithin ? limitMs - high : null,
  }
}

function describeExcess({ excess, excessMs, fault }: Judged & Trial): string {
  const what =
    excess === 'lost'
      ? 'the data did not come back'
      : `${excess === 'rto' ? 'RTO' : 'RPO'} ${formatDuration(excessMs)} over`
  return `${what}: ${fault}`
}

function describeRoom(drills: Judged[], choice: Choice): string {
  const least = (name: 'rto' | 'rpo') => {
    const rooms = drills.map(({ roomMs }) => roomMs[name]).filter((room) => room !== null)
    return rooms.length === 0 ? [] : [`${name === 'rto' ? 'RTO' : 'RPO'} ${formatDuration(Math.min(...rooms))}`]
  }
  const rooms = [...(choice.rtoMs === null ? [] : least('rto')), ...(choice.rpoMs === null ? [] : least('rpo'))]
  return rooms.length === 0 ? '' : `${rooms.join(', ')} to spare`
}

/** The rule of three, exactly: with a smaller share, at least one of n drills would have missed in 19 of 20 cases. */
function describeCertainty(drills: number): string {
  const share = Math.floor(100 * 0.05 ** (1 / drills))
  return `at least ${drills} a fault: kept in ${share} % of cases or more (95 % sure)`
}

/** From the least to the most that was seen: '7.9–31.3 s'. */
function span(trials: readonly Trial[], name: 'rtoMs' | 'rpoMs'): string {
  const all = trials.flatMap(({ drills }) => drills.map((drill) => drill[name])).filter((bounds) => bounds !== null)
  if (all.length === 0) return 'not measured'
  const low = formatDuration(Math.min(...all.map(([least]) => least)))
  const highs = all.map(([, most]) => most)
  const high = highs.some((most) => most === null) ? 'never' : formatDuration(Math.max(...highs.map(Number)))
  return joinRange(low, high)
}

const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`

const join = (texts: string[]): string => texts.join('; ')

/** The positions of a slider. The last one, null, is any. */
export const STEPS_MS: readonly (number | null)[] = [
  ...[0, 1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 60, 90].map((seconds) => seconds * 1000),
  ...[2, 3, 4, 5, 7, 10, 15, 20, 30, 60].map((minutes) => minutes * 60_000),
  null,
]

export const nameStep = (stepMs: number | null): string => (stepMs === null ? 'any' : formatDuration(stepMs))
