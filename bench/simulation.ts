import { alignColumns } from '../lib/report/terminal.ts'
import { drawScenario } from '../lib/simulation/scenario.ts'
import { simulateDrill } from '../lib/simulation/simulate.ts'
import { survivable } from '../lib/simulation/troubles.ts'
import { judgeDrill } from '../lib/verdict/judge.ts'
import { FLAWS } from '../lib/tools/controls/flaws.ts'
import { findAccused, findMissed, flaws } from '../tests/unit/simulation-controls.ts'
import { playPassing, tryDamage, type Damage, type Trials } from '../tests/unit/simulation-damages.ts'
import { proofDamages } from '../tests/unit/simulation-damages-proof.ts'
import { dataDamages } from '../tests/unit/simulation-damages-data.ts'
import { toolDamages } from '../tests/unit/simulation-damages-tool.ts'
import { mendedDamages } from '../tests/unit/simulation-damages-mended.ts'

/** Whether the verdict can be deceived, and how fast drills are simulated: `npx tsx bench/simulation.ts`. */
const wholeDrills = 1_000
const controlDrills = 100
const damagedDrills = 100
const rows: string[][] = [['what', 'figure', 'goal', 'reached']]
const details: string[] = []
let missed = 0

function tell(what: string, figure: string, goal = '', reached: boolean | null = null): void {
  if (reached === false) missed++
  rows.push([what, figure, goal, reached === null ? '' : reached ? 'yes' : 'NO'])
}

const seedsTo = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed)

/** On one core, its time is what counts: the machine may have other things to do. */
async function timeOf(work: () => Promise<unknown> | undefined): Promise<{ cpuMs: number; wallMs: number }> {
  const [cpu, began] = [process.cpuUsage(), performance.now()]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { cpuMs: (user + system) / 1000, wallMs: performance.now() - began }
}

const play = async (count: number) => {
  for (const seed of seedsTo(count)) await simulateDrill(drawScenario(seed))
}

// The first ones are slow, as little of the code is compiled.
const cold = await timeOf(() => play(wholeDrills))
const { cpuMs, wallMs } = await timeOf(() => play(wholeDrills))
const { facts } = await simulateDrill(drawScenario(0))
const judging = await timeOf(() => {
  for (let time = 0; time < 500; time++) judgeDrill(facts)
  return undefined
})
const perSecond = wholeDrills / (cpuMs / 1000)
tell('drills a second of one core, judged', perSecond.toFixed(0), 'at least 500', perSecond >= 500)
tell('  of the first 1000', (wholeDrills / (cold.cpuMs / 1000)).toFixed(0))
tell('  by the clock on the wall', (wholeDrills / (wallMs / 1000)).toFixed(0))
tell('  one drill', `${(cpuMs / wholeDrills).toFixed(2)} ms, ${(judging.cpuMs / 500).toFixed(2)} ms of it the verdict`)

const accused = await findAccused(seedsTo(wholeDrills), { among: [...survivable] })
tell(`${wholeDrills} drills of a tool that works`, `${accused.length} accused`, 'none', accused.length === 0)
details.push(...accused)

for (const flaw of flaws) {
  const wrong = await findMissed(flaw, seedsTo(controlDrills))
  tell(
    `${controlDrills} drills of a tool that ${FLAWS[flaw].says}`,
    `${wrong.length} missed`,
    'none',
    wrong.length === 0,
  )
  details.push(...wrong)
}

const drills = await playPassing(seedsTo(damagedDrills))
const tryAll = (damages: Damage[]): Trials => {
  const all: Trials = { judged: 0, passed: [], wrong: [] }
  for (const damage of damages) {
    const { judged, passed, wrong } = tryDamage(damage, drills)
    all.judged += judged
    all.passed.push(...passed.map((said) => `${damage.title}: ${said}`))
    all.wrong.push(...wrong.map((said) => `${damage.title}: ${said}`))
  }
  return all
}
const seen = [...proofDamages, ...toolDamages, ...dataDamages, ...mendedDamages]
const { judged, passed, wrong } = tryAll(seen)
tell(
  `${judged} drills with facts damaged in ${seen.length} ways`,
  `${passed.length} passed`,
  'none',
  passed.length === 0,
)
tell('  not with the verdict and the reason that they should', String(wrong.length), 'none', wrong.length === 0)
details.push(...passed, ...wrong)

console.log([...alignColumns(rows), ...details.slice(0, 10)].join('\n'))
process.exitCode = missed === 0 ? 0 : 1
