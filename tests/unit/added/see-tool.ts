import type { ComponentName } from '../../../lib/components/index.ts'
import { strategies, type StrategyName, type ToolName } from '../../../lib/components/tools.ts'
import type { UserEffort } from '../../../lib/record/facts.ts'
import { toolGroups } from '../../../lib/components/needed.ts'
import { isGroupOfService } from '../../../lib/components/support/namespace-objects.ts'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import { seeOnCluster, type SeenOnCluster } from './cluster.ts'
import { MADE_UP, print, seeProgram, type Seen } from './program.ts'
import { seeResults, type SeenResults } from './results.ts'

/** What a copy of meshdrill with a made-up tool says of it. */
export interface SeenTool extends Seen {
  traits: { tool: string; mode: string }
  effort: UserEffort
  cluster: SeenOnCluster
  /** Whether objects of its API group are backed up with a service. */
  isGroupOfService: boolean
  results: SeenResults
}

const strategy = `${MADE_UP}/copy`
const { load, tool, mode } = strategies[strategy as StrategyName]
const named = { name: tool, strategy: mode }
print({
  traits: { tool, mode },
  effort: (await load()).effort(noopLab()),
  isGroupOfService: isGroupOfService('made-up.example', { toolGroups }),
  cluster: await seeOnCluster(MADE_UP as ComponentName, { tools: [MADE_UP as ToolName], meshes: [] }),
  results: await seeResults({
    breakTool: (simulated) => ({
      ...simulated,
      ...named,
      install: async (lab) => ({ ...(await simulated.install(lab)), ...named }),
    }),
  }),
  ...(await seeProgram('tool', (row) => row.strategy === strategy, tool)),
} satisfies SeenTool)
