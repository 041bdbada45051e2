import type { DrillContext, DrillFactBody } from '../drill/context.ts'
import { provision } from '../drill/drill.ts'
import type { ProvisionedService } from '../drill/service.ts'
import { recordStep } from '../drill/context.ts'
import type { Fault } from '../faults/fault.ts'
import { journalIn } from '../faults/undo/journal.ts'
import { memoryStorage } from '../faults/undo/storage.ts'
import type { Lab } from '../lab/lab.ts'
import type { InstalledMesh } from '../components/mesh.ts'
import { messageOf } from '../system/file-error.ts'
import type { DrillFact } from '../record/facts.ts'
import type { Moment } from '../record/moment.ts'
import type { Recorder } from '../record/recorder.ts'
import { describeInvalid } from '../record/parse.ts'
import type { BackupTool } from '../components/tool.ts'
import { judgeDrill } from '../verdict/judge.ts'
import { createRandom } from '../verdict/statistics/random.ts'
import type { DrillResult } from '../verdict/result.ts'
import type { Workload } from '../workloads/workload.ts'
import { simulatedMesh, simulatedWorkload } from './drivers.ts'
import { simulatedUndo } from './faults.ts'
import { simulatedMeasuring, type MeasuringTrouble } from './measure.ts'
import type { Scenario } from './scenario.ts'
import { simulatedTool } from './tool.ts'
import { troubles, type Course } from './troubles.ts'
import { createWorld, type World } from './world.ts'
import type { Standstill } from './clock.ts'

/** Faults of the harness itself. With one of them, a drill proves nothing about the service. */
export interface HarnessTrouble extends MeasuringTrouble {
  /** Someone sets the clock of the machine that runs the drills. `afterMs` counts from the start of the drill. */
  clockJump: { afterMs: number; byMs: number } | null
  /** Times in which the machine with all its processes stands still. `fromMs` counts from the start of the drill. */
  standstills: readonly Standstill[]
  /** Selects facts that are lost. */
  missing: ((fact: DrillFact) => boolean) | null
  /** Replaces the workload's checker of records. */
  checker: ((workload: Workload) => Workload) | null
  inventory: () => Promise<string[]>
}

const noTrouble: HarnessTrouble = {
  prober: { stall: null, crashAfterMs: null },
  load: null,
  blind: false,
  clockJump: null,
  standstills: [],
  missing: null,
  checker: null,
  inventory: () => Promise.resolve([]),
}

/** A checker that crashes on each call. */
export const crashingChecker = (workload: Workload): Workload => ({
  ...workload,
  async deploy(lab, namespace, options) {
    const deployed = await workload.deploy(lab, namespace, options)
    return { ...deployed, verify: () => Promise.reject(new Error('the checker crashed (signal SIGSEGV)')) }
  },
})

/** Returns null for a fact that is lost. */
const dropMissing =
  ({ missing }: HarnessTrouble) =>
  (fact: DrillFact): DrillFact | null =>
    missing?.(fact) === true ? null : fact

const NAMESPACE = 'simulated'

/** Surroundings of a simulated tool, for controls that break it on purpose. */
export interface Surroundings {
  world: World
  lab: Lab
  mesh: InstalledMesh
  workload: Workload
}

export interface SimulationOptions {
  /** Replaces the scenario's tool. Receives it as its first argument. */
  breakTool?: (tool: BackupTool, around: Surroundings) => BackupTool
  /** Replaces the simulated mesh. Receives it as its argument. */
  mesh?: (mesh: InstalledMesh) => InstalledMesh
  /** Replaces the simulated workload. Receives it as its argument. */
  workload?: (workload: Workload) => Workload
  /** Steps that replace the scenario's. */
  course?: Course
  /** A fault that replaces the scenario's. */
  fault?: (world: World) => Fault<string>
  /** Receives each valid fact as it is recorded. Default: facts are not recorded. */
  recorder?: Pick<Recorder, 'record'>
  /** Faults of the harness, in addition to the trouble of the service. */
  harness?: Partial<HarnessTrouble>
}

export interface Simulated {
  facts: DrillFact[]
  result: DrillResult
}

/**
 * Runs a drill on simulated drivers, with the real code of drill, record and verdict. The same scenario gives the same facts,
 * byte for byte. It tests meshdrill itself, and is never a result.
 * @throws if a fact is invalid
 */
export async function simulateDrill(scenario: Scenario, options: SimulationOptions = {}): Promise<Simulated> {
  const harness = { ...noTrouble, ...options.harness }
  const world = createWorld(scenario.seed, harness.clockJump, harness.standstills)
  const { lab, clock, host } = world
  const ownMesh = await simulatedMesh(world).attach(lab)
  const mesh = options.mesh?.(ownMesh) ?? ownMesh
  const ownWorkload = simulatedWorkload(world)
  const workload = options.workload?.(ownWorkload) ?? ownWorkload
  const whole = simulatedTool(world, scenario.tool)
  const tool = options.breakTool?.(whole, { world, lab, mesh, workload }) ?? whole
  const trouble = troubles[scenario.trouble]
  const course = options.course ?? trouble.course
  const fault = options.fault?.(world) ?? trouble.fault(world, createRandom(scenario.seed))
  const dropLost = dropMissing(harness)

  const { name, strategy } = tool
  const id = ['simulated', name, strategy, scenario.trouble.replaceAll(/[, ]+/g, '-'), scenario.seed].join('.')
  const facts: DrillFact[] = []
  const record = (body: DrillFactBody) => {
    const fact = dropLost({ ...body, at: host.now(), drill: id })
    if (fact === null) return
    const invalid = describeInvalid(fact)
    if (invalid !== null) throw new Error(`fact "${fact.kind}" not recorded: ${invalid}`)
    facts.push(fact)
    options.recorder?.record(fact)
  }
  const context: DrillContext = {
    lab,
    mesh,
    tool: await tool.install(lab),
    workload: harness.checker === null ? workload : harness.checker(workload),
    fault,
    namespace: NAMESPACE,
    storageClass: null,
    seed: scenario.seed,
    volumeBytes: scenario.volumeBytes,
    loadRps: scenario.loadRps,
    probeHz: scenario.probeHz,
    outage: scenario.expectations.outage,
    patience: `${1.5 * scenario.objectives.rtoMs}ms`,
    folder: '/nowhere',
    clock: host,
    measure: simulatedMeasuring(world, harness),
    journal: journalIn([memoryStorage()]),
    performUndo: simulatedUndo(world),
    inventory: harness.inventory,
    record,
    step: (step, what, body) => recordStep(record, step, what, body),
  }
  const axes = {
    tool: name,
    strategy,
    mesh: mesh.name,
    fault: fault.name,
    moment: momentOf(scenario.expectations),
    workload: workload.name,
    repetition: scenario.seed,
  }
  const { objectives, expectations } = scenario
  record({ kind: 'drill.planned', axes, objectives, expectations, loss: workload.loss })
  record({ kind: 'note', text: 'simulated: a test of meshdrill itself, never a result' })
  await clock.run(async () => {
    let service: ProvisionedService | null = null
    let error: string | null = null
    try {
      service = await provision(context)
      await course(service, world)
    } catch (caught) {
      error = messageOf(caught)
    }
    await service?.stop()
    record({ kind: 'drill.ended', error })
  })
  return { facts, result: judgeDrill(facts) }
}

function momentOf({ backupMayFail, restoreMayFail }: Scenario['expectations']): Moment {
  if (restoreMayFail === true) return 'during-restore'
  return backupMayFail ? 'during-backup' : 'at-rest'
}
