import type { DrillFact, IntegrityCheck, MeshState, OperationResult, Write } from '../../../lib/record/facts.ts'
import { describeInvalid } from '../../../lib/record/parse.ts'
import { drawScenario, type Scenario } from '../../../lib/simulation/scenario.ts'
import { simulateDrill } from '../../../lib/simulation/simulate.ts'
import { survivable } from '../../../lib/simulation/troubles.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { createRandom } from '../../../lib/verdict/statistics/random.ts'
import { change } from '../verdict/facts-builder.ts'

/** Something that is wrong with the facts of a drill that passed. */
export interface Damage {
  title: string
  /** Null where these facts have nothing that can be damaged so. */
  edit: (facts: DrillFact[], draw: () => number) => DrillFact[] | null
  /** `either` where what else is in the facts decides. */
  verdict: 'inconclusive' | 'fail' | 'either'
  because: RegExp
}

export type Kind = DrillFact['kind']
export type Of<K extends Kind> = Extract<DrillFact, { kind: K }>
type Edit = Damage['edit']

export const select = <K extends Kind>(facts: DrillFact[], kind: K): Of<K>[] =>
  facts.filter((fact): fact is Of<K> => fact.kind === kind)

/** Every fact of a kind that `where` holds for is changed; nothing where there is none. */
export const each =
  <K extends Kind>(
    kind: K,
    edit: (fact: Of<K>, draw: () => number) => DrillFact | null,
    where: (fact: Of<K>) => boolean = () => true,
  ): Edit =>
  (facts, draw) =>
    select(facts, kind).some(where) ? change(facts, kind, (fact) => (where(fact) ? edit(fact, draw) : fact)) : null

export const dropping = <K extends Kind>(kind: K, where?: (fact: Of<K>) => boolean): Edit =>
  each(kind, () => null, where)

/** Only in drills of which the plan expects this. */
export const expecting =
  (what: Partial<Record<'outage' | 'corruption' | 'restore' | 'backupMayFail', boolean>>, edit: Edit): Edit =>
  (facts, draw) => {
    const expectations = select(facts, 'drill.planned')[0]?.expectations
    const holds = Object.entries(what).every(([name, value]) => expectations?.[name as keyof typeof what] === value)
    return holds ? edit(facts, draw) : null
  }

export const checking = (
  phase: Of<'integrity.checked'>['phase'],
  changes: (check: IntegrityCheck) => Partial<IntegrityCheck>,
): Edit =>
  each(
    'integrity.checked',
    (fact) => ({ ...fact, check: { ...fact.check, ...changes(fact.check) } }),
    (fact) => fact.phase === phase,
  )

export const meshing = (phase: 'before' | 'after', changes: Partial<MeshState>): Edit =>
  each(
    'mesh.state',
    (fact) => ({ ...fact, state: { ...fact.state, ...changes } }),
    (fact) => fact.phase === phase,
  )

/** The operation of the last backup, or of the one that was found; only where it succeeded. */
export const backingUp = (changes: (operation: OperationResult) => Partial<OperationResult>): Edit =>
  each(
    'backup.ended',
    (fact) => ({ ...fact, operation: { ...fact.operation, ...changes(fact.operation) } }),
    ({ operation }) => operation.succeeded,
  )

export const restoring = (changes: (operation: OperationResult) => Partial<OperationResult>): Edit =>
  each('restore.ended', (fact) => ({ ...fact, operation: { ...fact.operation, ...changes(fact.operation) } }))

/** All samples, or all of those that `keep` holds for, as one batch would have them. */
export const probing =
  (
    edit: (samples: Of<'probes'>['samples'], facts: DrillFact[], draw: () => number) => Of<'probes'>['samples'] | null,
  ): Edit =>
  (facts, draw) => {
    const samples = edit(
      select(facts, 'probes').flatMap((fact) => fact.samples),
      facts,
      draw,
    )
    if (samples === null) return null
    let [taken, last] = [0, -1]
    for (const [index, { kind }] of facts.entries()) if (kind === 'probes') last = index
    return facts.flatMap((fact, index): DrillFact[] => {
      if (fact.kind !== 'probes') return [fact]
      const until = samples.findIndex(([due, answered]) => Math.max(due, answered ?? due) > fact.at)
      const end = index === last || until === -1 ? samples.length : Math.max(taken, until)
      const batch = samples.slice(taken, end)
      taken = end
      return [{ ...fact, samples: batch }]
    })
  }

export const writing =
  (edit: (writes: Write[], facts: DrillFact[], draw: () => number) => Write[] | null): Edit =>
  (facts, draw) => {
    const writes = select(facts, 'writes').flatMap((fact) => fact.writes)
    const edited = edit(writes, facts, draw)
    return edited && change(facts, 'writes', (fact) => ({ ...fact, writes: edited }))
  }

export const faultOf = (facts: DrillFact[]): Of<'fault.observed'> => {
  const [fault] = select(facts, 'fault.observed')
  if (!fault) throw new Error('a drill that passed has a fault')
  return fault
}

/** The fact comes at another time, and all others stay where they are. */
export const moving =
  <K extends Kind>(kind: K, where: (fact: Of<K>) => boolean, to: (facts: DrillFact[]) => number | null): Edit =>
  (facts) => {
    const moved = select(facts, kind).filter(where)
    const at = to(facts)
    if (moved.length === 0 || at === null) return null
    const others = facts.filter((fact) => !(moved as DrillFact[]).includes(fact))
    const place = others.findIndex((fact) => fact.at > at)
    return others.toSpliced(place === -1 ? others.length : place, 0, ...moved.map((fact) => ({ ...fact, at })))
  }

export interface PassedDrill {
  scenario: Scenario
  facts: DrillFact[]
}

/** Simulated drills that passed, one for each seed; what happens to the service takes turns. */
export async function playPassing(seeds: number[]): Promise<PassedDrill[]> {
  const passed: PassedDrill[] = []
  for (const seed of seeds) {
    const scenario = drawScenario(seed, survivable.slice(seed % survivable.length).slice(0, 1))
    const { facts, result } = await simulateDrill(scenario)
    if (result.verdict === 'pass') passed.push({ scenario, facts })
  }
  return passed
}

export interface Trials {
  /** How many damaged drills were judged. */
  judged: number
  /** Those that passed all the same; the smallest first. */
  passed: string[]
  /** Those that had another verdict, or a verdict without the reason that was expected. */
  wrong: string[]
}

/** Damages each drill and judges it; facts that could not have been recorded are none. */
export function tryDamage(damage: Damage, drills: PassedDrill[]): Trials {
  const trials: Trials = { judged: 0, passed: [], wrong: [] }
  for (const { scenario, facts } of drills) {
    const damaged = damage.edit(facts, createRandom(scenario.seed + 7))
    if (damaged === null) continue
    const invalid = damaged.map(describeInvalid).find((reason) => reason !== null)
    if (invalid !== undefined) throw new Error(`"${damage.title}" could not have been recorded: ${invalid}`)
    trials.judged++
    const { verdict, reasons } = judgeDrill(damaged)
    const said = `seed ${scenario.seed}, ${scenario.trouble}: ${verdict}: ${reasons.join('; ')}`
    if (verdict === 'pass') trials.passed.push(said)
    else if (damage.verdict !== 'either' && verdict !== damage.verdict) trials.wrong.push(said)
    else if (!reasons.some((reason) => damage.because.test(reason))) trials.wrong.push(said)
  }
  return trials
}
