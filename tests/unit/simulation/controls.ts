import { corruption, everyHundredthFile } from '../../../lib/simulation/corruption.ts'
import { backsUpNothing } from '../../../lib/simulation/backs-up-nothing.ts'
import { mixesTwoMoments } from '../../../lib/simulation/mixes-two-moments.ts'
import { drawScenario, type Scenario } from '../../../lib/simulation/scenario.ts'
import { noopWorkload } from '../../../lib/simulation/noop-tool.ts'
import { simulateDrill, type Surroundings } from '../../../lib/simulation/simulate.ts'
import type { TroubleName } from '../../../lib/simulation/troubles.ts'
import { findPartOf, FLAWS, type FlawName } from '../../../lib/verdict/flaws.ts'
import {
  damagesWhatItRestores,
  failsOpen,
  restoresElsewhere,
  restoresLate,
  restoresYesterday,
  saysDoneTooEarly,
  saysRestoredTooEarly,
} from '../../../lib/controls/wrappers.ts'
import type { BackupTool } from '../../../lib/components/tool.ts'

/** A backup tool that is broken on purpose, on simulated drills that show it. */
export interface Control {
  breakTool: (tool: BackupTool, around: Surroundings, seed: number) => BackupTool
  among: TroubleName[]
  change?: (scenario: Scenario) => Scenario
}

const restored: TroubleName[] = [
  'deletion',
  'corruption',
  'deletion after two backups',
  'deletion, backed up on a schedule',
]
const ledger = { pods: { labels: { app: 'ledger' }, container: 'ledger' }, claims: ['ledger-data'] }
const claimedBytes = 128 << 20

/** The objective forgives what is lost: only what else is wrong fails the drill. */
const forgiving = (scenario: Scenario): Scenario => ({
  ...scenario,
  objectives: { ...scenario.objectives, rpoMs: 120_000 },
})

export const controls: Record<FlawName, Control> = {
  'backs-up-nothing': {
    breakTool: (tool, around, seed) => backsUpNothing(tool, around, seed % 2 === 0 ? 0 : claimedBytes),
    among: restored,
  },
  'drops-files': {
    breakTool: (tool, { world }, seed) =>
      damagesWhatItRestores(tool, 'drops-files', () => everyHundredthFile(world), noopWorkload(), ledger, seed),
    among: restored,
  },
  'flips-bits': {
    breakTool: (tool, { world }, seed) =>
      damagesWhatItRestores(tool, 'flips-bits', () => corruption(world, 'flipped', 1), noopWorkload(), ledger, seed),
    among: restored,
  },
  'restores-yesterday': {
    breakTool: restoresYesterday,
    among: ['deletion after two backups'],
    change: forgiving,
  },
  'restores-elsewhere': {
    breakTool: (tool, around) => restoresElsewhere(tool, backsUpNothing(tool, around, claimedBytes)),
    among: restored,
  },
  'says-done-too-early': {
    breakTool: (tool, around) => saysDoneTooEarly(tool, backsUpNothing(tool, around, claimedBytes), around.world.clock),
    among: ['deletion'],
  },
  'restores-late': {
    breakTool: (tool, { world }, seed) => restoresLate(tool, world.clock, 15_000 + 500 * (seed % 30)),
    among: restored,
  },
  'mixes-two-moments': {
    breakTool: (tool, { world }) => mixesTwoMoments(tool, world),
    among: ['deletion after two backups'],
    // It promises one moment.
    change: (scenario) =>
      forgiving({
        ...scenario,
        tool: { ...scenario.tool, copies: 'at one moment' },
        expectations: { ...scenario.expectations, pointInTime: true },
      }),
  },
  'fails-open': {
    breakTool: (tool, { world }) =>
      failsOpen(tool, (namespace) => {
        world.service(namespace).isOpen = true
        return Promise.resolve()
      }),
    among: restored,
  },
  'says-restored-too-early': {
    breakTool: (tool, { world }) => saysRestoredTooEarly(tool, world.clock),
    among: ['deletion'],
  },
}

export const flaws = Object.keys(controls) as FlawName[]

/** Of these seeds, those for which the control was not failed, or not for its reason; a sentence each. */
export async function findMissed(flaw: FlawName, seeds: number[]): Promise<string[]> {
  const { among, change, breakTool } = controls[flaw]
  const missed: string[] = []
  for (const seed of seeds) {
    const drawn = drawScenario(seed, among)
    const scenario = change?.(drawn) ?? drawn
    const { result } = await simulateDrill(scenario, {
      breakTool: (tool, around) => breakTool(tool, around, seed),
    })
    if (findPartOf(FLAWS[flaw], result.parts) !== undefined) continue
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
