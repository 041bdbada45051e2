import { join } from 'node:path'
import { tearDown } from '../lib/clusters/embedded/teardown.ts'
import { readConfig } from '../lib/config/config.ts'
import { createLab, ensureTool } from '../lib/drill/create-lab.ts'
import { USUAL } from '../lib/matrix/matrix.ts'
import { scriptArguments } from '../lib/system/process.ts'
import { alignColumns } from '../lib/report/terminal.ts'
import { strategies } from '../lib/components/tools.ts'
import { ensureKwok, startKwok } from './scale/kwok.ts'
import { addSimulated, removeSimulated } from './scale/simulated.ts'
import type { Turn } from './scale/turn.main.ts'
import { medianOf } from './table.ts'
import { run } from '../lib/system/run.ts'

/**
 * Cost of a drill by size of the cluster: `npx tsx bench/scale.ts [nodes] [volumes] [drills]`. The same drill runs on the embedded
 * cluster, first alone, then with nodes and volumes that kwok simulates. It prints figures and never fails.
 */
const [nodes = 100, volumes = 1000, drills = 3] = process.argv.slice(2).map(Number)

const log = (line: string): void => {
  console.error(line)
}

const TURN = join(import.meta.dirname, 'scale', 'turn.main.ts')

async function takeTurns(): Promise<Turn[]> {
  const costs: Turn[] = []
  while (costs.length < drills) {
    const command = scriptArguments(TURN)
    const stdout = await run(process.execPath, command, { timeoutMs: 300_000 })
    costs.push(JSON.parse(stdout) as Turn)
    log(stdout.trim())
  }
  return costs
}

const figures: [string, (turn: Turn) => number, (value: number) => string][] = [
  ['duration of the drill', ({ durationMs }) => durationMs / 1000, (value) => `${value.toFixed(1)} s`],
  ['CPU', ({ cpuSeconds }) => cpuSeconds, (value) => `${value.toFixed(2)} s`],
  ['peak memory', ({ peakBytes }) => peakBytes / 2 ** 20, (value) => `${value.toFixed(0)} MiB`],
  ['API requests', ({ requests }) => requests, (value) => value.toFixed(0)],
  ['API requests a second', ({ requests, durationMs }) => (1000 * requests) / durationMs, (value) => value.toFixed(1)],
  [
    'received from the API server',
    ({ receivedBytes }) => receivedBytes / 2 ** 20,
    (value) => `${value.toFixed(2)} MiB`,
  ],
]

function tell(sizes: [string, Turn[]][]): void {
  const rows = figures.map(([what, of, format]) => {
    const values = sizes.map(([, costs]) => medianOf(costs.map(of)))
    const [small = NaN, large = NaN] = values
    return [what, ...values.map(format), (large / small).toFixed(2)]
  })
  const verdicts = sizes.map(([, turns]) => [...new Set(turns.map(({ verdict }) => verdict))].join(', '))
  console.log(`Medians of ${drills} drills: the harness is one process and its prober, the load is not counted.`)
  console.log(
    alignColumns([['a drill', ...sizes.map(([size]) => size), 'ratio'], ...rows, ['verdicts', ...verdicts, '']]).join(
      '\n',
    ),
  )
}

const config = readConfig(process.env)
const kwok = await ensureKwok(log)
const { lab } = await createLab(config, { ownerPid: process.pid, log })
try {
  await ensureTool(lab, (await strategies[USUAL].load()).create())
  const real = (await lab.cluster.describe()).nodes
  const small = await takeTurns()
  const simulation = await startKwok(kwok, lab.cluster.kubeconfig)
  try {
    await Promise.race([addSimulated(lab, nodes - real, volumes), simulation.failed])
    tell([
      [`${real} nodes`, small],
      [`${nodes} nodes, ${volumes} volumes`, await takeTurns()],
    ])
    if (config.keep) await removeSimulated(lab)
  } finally {
    await simulation.stop()
  }
} finally {
  if (!config.keep) await tearDown()
}
