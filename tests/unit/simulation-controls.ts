import {
  backsUpNothing,
  damagesWhatItRestores,
  restoresElsewhere,
  restoresLate,
  restoresTheOldest,
  saysDoneTooEarly,
  saysRestoredTooEarly,
} from '../../lib/simulation/controls.ts'
import { corruption, everyHundredthFile } from '../../lib/simulation/corruption.ts'
import { mixesTwoMoments } from '../../lib/simulation/mixture.ts'
import { drawScenario, type Scenario } from '../../lib/simulation/scenario.ts'
import { simulateDrill, type Surroundings } from '../../lib/simulation/simulate.ts'
import type { TroubleName } from '../../lib/simulation/troubles.ts'
import type { BackupTool } from '../../lib/tools/tool.ts'

/** A backup tool that is broken on purpose, and what it must be failed for. */
export interface Control {
  title: string
  breakTool: (tool: BackupTool, around: Surroundings, seed: number) => BackupTool
  because: RegExp
  /** On what it shows. */
  among: TroubleName[]
  change?: (scenario: Scenario) => Scenario
}

const restored: TroubleName[] = [
  'deletion',
  'corruption',
  'deletion after two backups',
  'deletion, backed up by the clock',
]
const ledger = { pods: { labels: { app: 'ledger' }, container: 'ledger' }, claim: 'ledger-data' }
const groundOf = ({ mesh, workload, world }: Surroundings) => ({ mesh, workload, clock: world.clock })

export const controls: Control[] = [
  {
    title: 'backs up nothing and says Completed',
    breakTool: (tool, around, seed) => backsUpNothing(tool, groundOf(around), seed % 2 === 0 ? 0 : 128 << 20),
    because: /\d findings, first lost/,
    among: restored,
  },
  {
    title: 'drops every hundredth file',
    breakTool: (tool, { world }, seed) => damagesWhatItRestores(tool, () => everyHundredthFile(world), ledger, seed),
    because: /\d findings, first lost in "segment-\d+" at 0: slots \d+-\d+: its file is not there/,
    among: restored,
  },
  {
    title: 'flips a bit',
    breakTool: (tool, { world }, seed) =>
      damagesWhatItRestores(tool, () => corruption(world, 'flipped', 1), ledger, seed),
    because: /^1 findings, first flipped in "segment-\d+"/,
    among: restored,
  },
  {
    title: "restores yesterday's data",
    breakTool: (tool) => restoresTheOldest(tool),
    because: /^\d+ of \d+ acknowledged writes lost, the oldest .* before the fault: the objective is 12 s/,
    among: ['deletion after two backups'],
  },
  {
    title: 'restores into the wrong volume',
    breakTool: (tool, around) => restoresElsewhere(tool, groundOf(around)),
    because: /\d findings, first lost/,
    among: restored,
  },
  {
    title: 'says that a backup is done before it is',
    breakTool: (tool, { world }) => saysDoneTooEarly(tool, world.clock),
    because: /\d findings, first lost in "segment-\d+"/,
    among: ['deletion'],
  },
  {
    title: 'is slow beyond the objective',
    breakTool: (tool, { world }, seed) => restoresLate(tool, world.clock, 15_000 + 500 * (seed % 30)),
    because: /^RTO .* (exceeds|over) the objective of 15 s/,
    among: restored,
  },
  {
    title: 'mixes two points in time',
    breakTool: (tool, { world }) => mixesTwoMoments(tool, world),
    because: /^what was restored is of no one moment: /,
    among: ['deletion after two backups'],
    // It promises one moment, and the objective forgives what is lost: only that it is of no one moment is wrong.
    change: (scenario) => ({
      ...scenario,
      tool: { ...scenario.tool, copies: 'at one moment' },
      objectives: { ...scenario.objectives, rpoMs: 120_000 },
      expectations: { ...scenario.expectations, pointInTime: true },
    }),
  },
  {
    title: 'says that a restore is done before it is',
    breakTool: (tool, { world }) => saysRestoredTooEarly(tool, world.clock),
    because: /^restore of ".*" says "Completed" before its claim was there/,
    among: ['deletion'],
  },
]

/** Of these seeds, those for which the control was not failed, or not for its reason; a sentence each. */
export async function findMissed(control: Control, seeds: number[]): Promise<string[]> {
  const missed: string[] = []
  for (const seed of seeds) {
    const drawn = drawScenario(seed, control.among)
    const scenario = control.change?.(drawn) ?? drawn
    const breakTool = (tool: BackupTool, around: Surroundings) => control.breakTool(tool, around, seed)
    const { result } = await simulateDrill(scenario, { breakTool })
    if (result.verdict === 'fail' && result.reasons.some((reason) => control.because.test(reason))) continue
    missed.push(`seed ${seed}, ${scenario.trouble}: ${result.verdict}: ${result.reasons.join('; ')}`)
  }
  return missed
}

/** Of these seeds, those for which the tool as it is did not pass the drills of a control. */
export async function findAccused(
  seeds: number[],
  { among, change }: Pick<Control, 'among' | 'change'>,
): Promise<string[]> {
  const accused: string[] = []
  for (const seed of seeds) {
    const drawn = drawScenario(seed, among)
    const scenario = change?.(drawn) ?? drawn
    const { result } = await simulateDrill(scenario)
    if (result.verdict !== 'pass')
      accused.push(`seed ${seed}, ${scenario.trouble}: ${result.verdict}: ${result.reasons.join('; ')}`)
  }
  return accused
}
