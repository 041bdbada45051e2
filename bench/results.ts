import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { USUAL_MESH } from '../lib/matrix/axes.ts'
import { strategies, type StrategyName } from '../lib/components/tools.ts'
import { matrix } from '../lib/matrix/matrix.ts'
import { EVENTS_SCHEMA, type DrillFact, type Fact } from '../lib/record/facts.ts'
import { toLine } from '../lib/record/recorder.ts'
import { drawScenario } from '../lib/simulation/scenario.ts'
import { simulateDrill } from '../lib/simulation/simulate.ts'
import { formatBytes, formatDuration } from '../lib/system/quantity.ts'
import type { TurnCost } from './results/turn.main.ts'
import { isStarted, print, startTable, type Table } from './table.ts'

/**
 * Cost of merging, judging and reporting many drills: 20 repetitions of the whole matrix, compared with one. The facts of 20 are
 * larger than the maximum string. The drills are simulated with a heavy load and copied under the names of the matrix.
 */
export async function measureResults(repetitions = 20): Promise<Table> {
  const table = startTable()
  const folder = mkdtempSync(join(tmpdir(), 'meshdrill-results-'))
  try {
    const templates = await simulateTemplates()
    const [once, often] = [1, repetitions].map((times) => measureSize(templates, join(folder, String(times)), times))
    if (once === undefined || often === undefined) throw new Error('two sizes are measured')
    for (const { drills, bytes, merge, judge, pageBytes } of [once, often]) {
      const size = `${drills} drills, ${formatBytes(bytes)}`
      table.tell(`merge of two runs, ${size}`, describe(merge))
      table.tell(`judge and report, ${size}`, `${describe(judge)}, page ${formatBytes(pageBytes)}`)
    }
    const ratio = (of: 'merge' | 'judge') => often[of].durationMs / often.drills / (once[of].durationMs / once.drills)
    table.tell(
      'time per drill, many compared with few: merge',
      ratio('merge').toFixed(2),
      'at most 1.2',
      ratio('merge') <= 1.2,
    )
    table.tell(
      'time per drill, many compared with few: judge',
      ratio('judge').toFixed(2),
      'at most 1.2',
      ratio('judge') <= 1.2,
    )
    const growth = (often.judge.peakBytes - once.judge.peakBytes) / (often.drills - once.drills)
    table.tell('memory for each further drill: judge', formatBytes(growth), 'at most 100 KiB', growth <= 100 * 1024)
    return table
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const describe = ({ durationMs, peakBytes }: TurnCost): string =>
  `${formatDuration(durationMs)}, peak ${formatBytes(peakBytes)}`

/** Simulated drills with every trouble, and the load of a cluster. */
async function simulateTemplates(): Promise<DrillFact[][]> {
  const templates: DrillFact[][] = []
  for (let seed = 0; seed < 6; seed++) {
    const scenario = { ...drawScenario(seed), loadRps: 120, probeHz: 100 }
    templates.push((await simulateDrill(scenario)).facts)
  }
  return templates
}

function measureSize(templates: DrillFact[][], folder: string, repetitions: number) {
  const rows = matrix.filter(({ illegal }) => illegal === null)
  const names = rows.flatMap(({ strategy, fault }) =>
    Array.from({ length: repetitions }, (_, repetition) => ({ strategy, fault, repetition })),
  )
  const half = Math.ceil(names.length / 2)
  const [one, other] = [names.slice(0, half), names.slice(half)].map((own, index) =>
    writeRun(join(folder, `run-${index}`), own, templates),
  )
  const results = join(folder, 'results')
  const merge = turn('merge', results, one ?? '', other ?? '')
  const merged = join(results, readdirSync(results).find((name) => name !== 'latest') ?? '')
  const judge = turn('judge', results, merged)
  const sizeOf = (file: string) => statSync(join(merged, file)).size
  return { drills: names.length, bytes: sizeOf('events.jsonl'), merge, judge, pageBytes: sizeOf('report.html') }
}

function writeRun(
  folder: string,
  names: { strategy: StrategyName; fault: string; repetition: number }[],
  templates: DrillFact[][],
): string {
  mkdirSync(folder, { recursive: true })
  const file = openSync(join(folder, 'events.jsonl'), 'w')
  const put = (fact: Fact) => writeSync(file, `${toLine(fact)}\n`)
  const at = templates[0]?.[0]?.at ?? 0
  const machine = { cpus: 2, memoryBytes: 2 ** 33 }
  // Use another provider name, because simulated drills are not ranked, and ranking is part of the cost.
  put({
    kind: 'run.started',
    at,
    schema: EVENTS_SCHEMA,
    run: { id: folder, seed: 1, provider: 'bench', kubernetes: 'v1', nodes: 3, machine },
  })
  for (const [index, { strategy: name, fault, repetition }] of names.entries()) {
    const { tool, mode: strategy } = strategies[name]
    const drill = [tool, strategy, USUAL_MESH, fault, 'ledger', repetition].join('.')
    for (const fact of templates[index % templates.length] ?? []) {
      if (fact.kind !== 'drill.planned') put({ ...fact, drill })
      else put({ ...fact, drill, axes: { tool, strategy, mesh: USUAL_MESH, fault, workload: 'ledger', repetition } })
    }
  }
  put({ kind: 'run.ended', at: at + 1 })
  closeSync(file)
  return folder
}

/** Runs in a separate process, so that its memory belongs to this turn only. */
function turn(...args: string[]): TurnCost {
  const main = fileURLToPath(new URL('./results/turn.main.ts', import.meta.url))
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', main, ...args], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`"${args.join(' ')}" ended with ${status ?? 'a signal'}: ${stderr}`)
  return JSON.parse(stdout) as TurnCost
}

if (isStarted(import.meta.url)) print(await measureResults())
