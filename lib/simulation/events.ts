import { existsSync } from 'node:fs'
import { EVENTS_SCHEMA } from '../record/facts.ts'
import { openRecorder } from '../record/recorder.ts'
import type { Scenario } from './scenario.ts'
import { simulateDrill, type Simulated, type SimulationOptions } from './simulate.ts'
import { START_MS } from './world.ts'

/**
 * Simulates drills one after the other and writes their facts to `file`, as a separate run with provider `simulated`.
 * @throws if the file exists, because simulated facts must not be mixed with measured ones
 */
export async function writeSimulation(
  file: string,
  scenarios: readonly Scenario[],
  options: Omit<SimulationOptions, 'recorder'> = {},
): Promise<Simulated[]> {
  if (existsSync(file))
    throw new Error(
      `"${file}" exists already, and a simulation is never written into another run. Next: choose a new file`,
    )
  const recorder = openRecorder(file)
  const seed = scenarios[0]?.seed ?? 0
  const machine = { cpus: 0, memoryBytes: 0 }
  const run = { id: `simulated-${seed}`, seed, provider: 'simulated', kubernetes: 'none', nodes: 1, machine }
  const played: Simulated[] = []
  try {
    for (const [index, scenario] of scenarios.entries()) {
      if (index === 0) recorder.record({ kind: 'run.started', at: START_MS, schema: EVENTS_SCHEMA, run })
      played.push(await simulateDrill(scenario, { ...options, recorder }))
    }
    recorder.record({ kind: 'run.ended', at: played.at(-1)?.facts.at(-1)?.at ?? START_MS })
  } finally {
    recorder.close()
  }
  return played
}
