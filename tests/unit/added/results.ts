import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeResults } from '../../../lib/report/results.ts'
import { writeSimulation } from '../../../lib/simulation/events.ts'
import { drawScenario } from '../../../lib/simulation/scenario.ts'
import type { SimulationOptions } from '../../../lib/simulation/simulate.ts'
import { rankTools } from '../../../lib/verdict/ranking/ranking.ts'
import type { Summary } from '../../../lib/verdict/summarise.ts'
import { makeFolder } from './program.ts'

/** The results of two simulated drills, as a run leaves them. */
export interface SeenResults {
  drill: Pick<
    Summary['drills'][number],
    'verdict' | 'reasons' | 'tool' | 'strategy' | 'mesh' | 'fault' | 'workload' | 'rpo' | 'meshState'
  >
  csv: string
  page: string
  ranked: { name: string; condition: object; because: string[] }[]
}

/** Drills a service whose namespace is deleted, with what was added. */
export async function seeResults(
  options: Pick<SimulationOptions, 'breakTool' | 'mesh' | 'workload' | 'fault'>,
): Promise<SeenResults> {
  const folder = makeFolder('run')
  const scenarios = [1, 2].map((seed) => drawScenario(seed, ['deletion']))
  await writeSimulation(join(folder, 'events.jsonl'), scenarios, options)
  const { drills } = writeResults(folder)
  const [first] = drills
  if (first === undefined) throw new Error('nothing was drilled')
  const { verdict, reasons, tool, strategy, mesh, fault, workload, rpo, meshState } = first
  return {
    drill: { verdict, reasons, tool, strategy, mesh, fault, workload, rpo, meshState },
    csv: readFileSync(join(folder, 'summary.csv'), 'utf8'),
    page: readFileSync(join(folder, 'report.html'), 'utf8'),
    // A run itself ranks nothing that was simulated.
    ranked: rankTools(drills).flatMap(({ tool: ranked, strategy: by, performance, because }) =>
      performance.rows.map(({ condition }) => ({ name: `${ranked ?? ''}/${by ?? ''}`, condition, because })),
    ),
  }
}
