import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommandLine } from '../../../../lib/runner/command-line.ts'
import type { DrillFact, Fact } from '../../../../lib/record/facts.ts'
import type { Summary } from '../../../../lib/verdict/summarise.ts'
import { buildDrill, buildRun, startMs } from '../../verdict/facts-builder.ts'
import { newFolder } from '../../in-folder.ts'
import { writeRun } from './write-run.ts'

export const UIDS = ['6a0e4d2c-0000-4000-8000-000000000001', '6a0e4d2c-0000-4000-8000-000000000002']

/** A drill of a row of its own whose backup took so long. */
function drillOf(tool: string, repetition: number, backupMs: number): DrillFact[] {
  return buildDrill(`${tool}.manual.istio.volume-loss.ledger.${repetition}`).map((fact) => {
    if (fact.kind === 'drill.planned') return { ...fact, axes: { ...fact.axes, tool, strategy: 'manual', repetition } }
    if (fact.kind !== 'backup.ended') return fact
    return { ...fact, operation: { ...fact.operation, endedMs: startMs + 6000 + backupMs } }
  })
}

/** A run of one night: two repetitions of two tools, one of which is always faster. */
export function nightOf(id: string, night: number, uid?: string): Fact[] {
  const drills = [0, 1].flatMap((repetition) => [
    ...drillOf('velero', repetition, 2000 + 37 * (2 * night + repetition)),
    ...drillOf('restic', repetition, 2900 + 29 * (2 * night + repetition)),
  ])
  return buildRun(drills).map((fact): Fact =>
    fact.kind === 'run.tool'
      ? { ...fact, at: fact.at + night }
      : fact.kind === 'run.started'
        ? { ...fact, at: fact.at + night, run: { ...fact.run, id, ...(uid === undefined ? {} : { uid }) } }
        : fact,
  )
}

/** A folder of results with two nights; with random ids, or as earlier versions recorded them. */
export function makeResults(uids: (string | undefined)[] = UIDS): { results: string; nights: string[] } {
  // In a folder of its own, as commands write into "results" of where they are.
  const results = join(newFolder(), 'nights')
  mkdirSync(results)
  const nights = ['2026-01-01T01-00-00', '2026-01-02T01-00-00'].map((id, night) => {
    const folder = join(results, id)
    mkdirSync(folder)
    return writeRun(nightOf(id, night, uids[night]), folder)
  })
  return { results, nights }
}

export async function merge(folders: string[], results = newFolder()) {
  const before = readdirSync(results)
  const [said, complained]: [string[], string[]] = [[], []]
  const terminal = { say: (text: string) => said.push(text), complain: (text: string) => complained.push(text) }
  const code = await runCommandLine(['merge', ...folders], terminal, results)
  const made = readdirSync(results).find((name) => !before.includes(name) && name !== 'latest')
  const folder = made === undefined ? null : join(results, made)
  const summary = folder === null ? null : (JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary)
  return { code, said: said.join('\n'), complained: complained.join('\n'), folder: folder ?? '', summary }
}

/** The drills that count, by their tool and how long their backup took: no two of the nights are alike. */
export const counted = (summary: Summary | null): string[] =>
  (summary?.drills ?? []).map(({ tool, backup }) => `${tool ?? ''} ${backup?.durationMs ?? ''}`).toSorted()

export const places = (summary: Summary | null) => summary?.ranking.map(({ place }) => place)
export const ALL = [0, 1, 2, 3]
  .flatMap((each) => [`velero ${2000 + 37 * each}`, `restic ${2900 + 29 * each}`])
  .toSorted()
