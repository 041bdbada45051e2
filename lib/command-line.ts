import { realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from './message-of.ts'
import { mergeRuns, readSource, writeMerged } from './report/merge/merge.ts'
import { pointLatestAt, writeResults } from './report/results.ts'
import { tellShared } from './report/clusters.ts'
import { renderDrills } from './report/terminal.ts'
import { makeRunFolder, runId } from './run-folder.ts'

const USAGE = `meshdrill: does our backup really work?

  npx meshdrill judge <run>    judges the facts of a run again, without a cluster: reads <run>/events.jsonl, writes
                               summary.json, summary.csv and report.html beside it, and prints the drills
  npx meshdrill merge <runs>   makes one run of several, such as shards or the cells of a nightly matrix, in results/<now>,
                               judges it, and tells in what they differ
  npx meshdrill node-image     makes the node image of kind clusters that ask no registry for anything, and lets Docker know it;
                               as root, with debootstrap; minutes for the first time, and then from the cache
  npx meshdrill help           prints this

<run> is a folder such as results/latest. Drills themselves are run by Playwright: npx playwright test`

/** Where a command writes: what was asked for, and why it could not be done. */
export interface Terminal {
  say: (text: string) => void
  complain: (text: string) => void
}

/** Runs a command, which keeps new runs in `results`; returns the exit code: 0 where it was done, whatever the verdicts are, and 2 where it could not be. */
export async function runCommandLine(
  args: string[],
  { say, complain }: Terminal,
  results = 'results',
): Promise<number> {
  const [command, ...rest] = args
  try {
    if (command === 'judge') say(judge(rest))
    else if (command === 'merge') say(merge(rest, results))
    else if (command === 'node-image') say(await nodeImage(rest, complain))
    else if (command === 'help' || command === '--help' || command === '-h') say(USAGE)
    else throw new Error(`${command === undefined ? 'which command?' : `unknown command "${command}"`}\n\n${USAGE}`)
    return 0
  } catch (error) {
    complain(messageOf(error))
    return 2
  }
}

/** Its modules are those of a toolchain, which no other command needs. */
async function nodeImage(more: string[], log: (line: string) => void): Promise<string> {
  if (more.length > 0) throw new Error(`npx meshdrill node-image takes no arguments; "${more.join(' ')}" is one`)
  const { makeNodeImage } = await import('./clusters/kind/node-image/build.ts')
  return makeNodeImage(log)
}

function judge([folder, ...more]: string[]): string {
  if (folder === undefined) throw new Error('which run? Give its folder: npx meshdrill judge results/latest')
  if (more.length > 0) throw new Error(`one run at a time; "${more.join(' ')}" is one too many`)
  requireRun(folder)
  return show(realpathSync(folder))
}

function merge(folders: string[], results: string): string {
  if (folders.length < 2)
    throw new Error('which runs? Give the folders of two at least: npx meshdrill merge results/<one> results/<other>')
  folders.forEach(requireRun)
  const sources = folders.map((folder) => readSource(realpathSync(folder)))
  const id = runId()
  const merged = mergeRuns(sources, id)
  const { folder } = makeRunFolder(results, id)
  writeMerged(merged, folder)
  const shown = show(folder)
  const unlinked = pointLatestAt(folder)
  const told = [...merged.told, ...(unlinked === null ? [] : [unlinked])]
  return [shown, ...told.map((one) => `beware: ${one}`)].join('\n')
}

function requireRun(folder: string): void {
  const events = join(folder, 'events.jsonl')
  if (!statSync(events, { throwIfNoEntry: false })?.isFile())
    throw new Error(`there is no run in "${folder}": no file "${events}"`)
}

function show(run: string): string {
  const warnings: string[] = []
  const summary = writeResults(run, (sentence) => warnings.push(sentence))
  const shared = tellShared(summary)
  return [
    renderDrills(summary.drills),
    '',
    ...(shared === null ? [] : [shared]),
    ...warnings.map((sentence) => `beware: ${sentence}`),
    `report: ${join(run, 'report.html')}`,
  ].join('\n')
}
