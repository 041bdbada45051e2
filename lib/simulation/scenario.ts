import { type Expectations, type Objectives } from '../record/facts.ts'
import { createRandom } from '../verdict/statistics/random.ts'
import type { ToolTraits } from './copy.ts'
import { survivable, troubles, type Trouble, type TroubleName } from './troubles.ts'

/** Settings of one simulated drill. */
export interface Scenario {
  seed: number
  trouble: TroubleName
  tool: ToolTraits
  objectives: Objectives
  expectations: Expectations
  volumeBytes: number
  loadRps: number
  probeHz: number
}

/** Chooses a drill at random from the given troubles. The same seed always gives the same drill. */
export function drawScenario(seed: number, among: readonly TroubleName[] = survivable): Scenario {
  const draw = createRandom(Math.imul(seed + 1, 0x2545f491))
  // The first random numbers of neighbouring seeds are similar, so one is skipped.
  draw()
  const trouble = among[Math.floor(draw() * among.length)] ?? 'crash'
  const { expects, tool = {} }: Trouble = troubles[trouble]
  const loadRps = 12 + Math.floor(5 * draw())
  const copies = draw() < 0.5 ? 'at one moment' : 'file by file'
  return {
    seed,
    trouble,
    tool: {
      copies,
      backupMs: between(draw, 2_000, 3_500),
      restoreMs: between(draw, 1_000, 4_000),
      startUpMs: between(draw, 300, 2_000),
      everyMs: null,
      persistent: draw() < 0.5,
      wholeSeconds: draw() < 0.5,
      ...tool,
    },
    objectives: { rtoMs: 15_000, rpoMs: 12_000 },
    expectations: {
      outage: false,
      corruption: false,
      restore: false,
      backupMayFail: false,
      pointInTime: copies === 'at one moment',
      denial: true,
      ...expects,
      minimumLoadRps: loadRps / 2,
    },
    volumeBytes: (draw() < 0.85 ? 128 : 512) << 20,
    loadRps,
    probeHz: 20,
  }
}

const between = (draw: () => number, least: number, most: number): number => Math.round(least + (most - least) * draw())
