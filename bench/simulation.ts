import { drawScenario } from '../lib/simulation/scenario.ts'
import { simulateDrill } from '../lib/simulation/simulate.ts'
import { survivable } from '../lib/simulation/troubles.ts'
import { judgeDrill } from '../lib/verdict/judge.ts'
import { FLAWS } from '../lib/verdict/flaws.ts'
import { findAccused, findMissed, flaws } from '../tests/unit/simulation/controls.ts'
import { playPassing, tryDamage, type Trials } from '../tests/unit/simulation/damages.ts'
import { damages } from '../tests/unit/simulation/damages-all.ts'
import { type Findings, isStarted, medianOf, print, startTable, type Table } from './table.ts'

/** Share of simulated drills with a wrong verdict, and simulated drills per second: `npx tsx bench/simulation.ts`. */
export async function measureSimulation(drills = 1_000): Promise<Findings> {
  const table = startTable()
  const { tell, details } = table
  await tellSpeed(table, drills)
  const accused = await findAccused(seedsTo(drills), { among: [...survivable] })
  tell(`${drills} drills of a working tool`, `${accused.length} failed`, 'none', accused.length === 0)
  details.push(...accused)
  for (const flaw of flaws) {
    const seeds = seedsTo(Math.ceil(drills / 10))
    const wrong = await findMissed(flaw, seeds)
    const what = `${seeds.length} drills of a tool that ${FLAWS[flaw].behaviour}`
    tell(what, `${wrong.length} missed`, 'none', wrong.length === 0)
    details.push(...wrong)
  }
  await tellDamaged(table, Math.ceil(drills / 10))
  return table
}

async function tellSpeed({ tell }: Table, drills: number): Promise<void> {
  const play = async () => {
    for (const seed of seedsTo(drills)) await simulateDrill(drawScenario(seed))
  }
  // The first drills are slow, because little of the code is compiled yet.
  const cold = await timeOf(play)
  const plays = [await timeOf(play), await timeOf(play), await timeOf(play)]
  const cpuMs = medianOf(plays.map((one) => one.cpuMs))
  const wallMs = medianOf(plays.map((one) => one.wallMs))
  const { facts } = await simulateDrill(drawScenario(0))
  const judging = await timeOf(() => {
    for (let time = 0; time < 500; time++) judgeDrill(facts)
    return undefined
  })
  const perSecond = drills / (wallMs / 1000)
  tell(
    'drills per second, one after the other, including verdicts',
    perSecond.toFixed(0),
    'at least 500',
    perSecond >= 500,
  )
  tell(`  of the first ${drills}`, (drills / (cold.wallMs / 1000)).toFixed(0))
  tell('  by CPU time, including compilation and garbage collection', (drills / (cpuMs / 1000)).toFixed(0))
  tell('  one drill', `${(wallMs / drills).toFixed(2)} ms, ${(judging.wallMs / 500).toFixed(2)} ms of it the verdict`)
}

async function tellDamaged({ tell, details }: Table, count: number): Promise<void> {
  const drills = await playPassing(seedsTo(count))
  const { judged, passed, wrong } = tryAll(drills)
  const what = `${judged} drills with facts damaged in ${damages.length} ways`
  tell(what, `${passed.length} passed`, 'none', passed.length === 0)
  tell('  without the expected verdict and reason', String(wrong.length), 'none', wrong.length === 0)
  details.push(...passed, ...wrong)
}

function tryAll(drills: Awaited<ReturnType<typeof playPassing>>): Trials {
  const all: Trials = { judged: 0, passed: [], wrong: [] }
  for (const damage of damages) {
    const { judged, passed, wrong } = tryDamage(damage, drills)
    all.judged += judged
    all.passed.push(...passed.map((said) => `${damage.title}: ${said}`))
    all.wrong.push(...wrong.map((said) => `${damage.title}: ${said}`))
  }
  return all
}

const seedsTo = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed)

async function timeOf(work: () => Promise<unknown> | undefined): Promise<{ cpuMs: number; wallMs: number }> {
  const [cpu, began] = [process.cpuUsage(), performance.now()]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { cpuMs: (user + system) / 1000, wallMs: performance.now() - began }
}

if (isStarted(import.meta.url)) print(await measureSimulation())
