import { lstatSync, realpathSync, rmSync, type Stats, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeOf, describeFileError, messageOf } from '../system/file-error.ts'
import { type Merged, mergeRuns, writeMerged } from '../report/merge/merge.ts'
import { emptyRun, openSource } from '../report/merge/source.ts'
import { RAN_FILE } from '../report/ran.ts'
import { pointLatestAt, writeResults } from '../report/results.ts'
import { describeShared } from '../report/clusters.ts'
import { compareRuns } from '../report/runs/compare.ts'
import { renderHistory } from '../report/runs/history.ts'
import { readRun, readRuns } from '../report/runs/read.ts'
import { renderDrills } from '../report/terminal.ts'
import { makeRunFolder, type RunFolder } from '../record/run-folder.ts'

const USAGE = `meshdrill: does our backup really work?

  npx meshdrill judge <run>    judges the facts of a run again, without a cluster: reads <run>/events.jsonl, writes
                               summary.json, summary.csv, summary.md, summary.openmetrics and report.html beside it,
                               and prints the drills
  npx meshdrill report <run>   makes the report of a run again, of any version and also of a merged one, and prints its path
  npx meshdrill merge <runs>   makes one run of several, such as shards or the cells of a nightly matrix, in results/<now>,
                               judges it, and tells in what they differ
  npx meshdrill compare <A> <B>
                               what is shown to be better or worse in B than in A, as a table; exit code 1 on a regression
  npx meshdrill history <results>
                               how each figure went over the runs of a folder, and since which run it is worse
  npx meshdrill ran <run>      adds the tools, meshes and the provider that a run drilled for real to docs/ran.json, from
                               <run>/summary.json. The table in docs/matrix.md is made of it: npm run docs
  npx meshdrill node-image     makes the node image of kind clusters that ask no registry for anything, and lets Docker know it;
                               as root, with debootstrap; minutes for the first time, and then from the cache
  npx meshdrill help           prints this

<run> is a folder such as results/latest. Drills themselves are run by Playwright: npx playwright test`

/** Output of a command: its results and its errors. */
export interface Terminal {
  say: (text: string) => void
  complain: (text: string) => void
}

/**
 * Runs a command. Stores new runs in `results`. Returns the exit code: 0 if it succeeded, with any verdicts, 1 if
 * `compare` shows a regression, 2 on an error.
 */
export async function runCommandLine(
  args: string[],
  { say, complain }: Terminal,
  results = 'results',
): Promise<number> {
  const [command, ...rest] = args
  try {
    if (command === 'judge') say(judge(rest))
    else if (command === 'report') say(report(rest))
    else if (command === 'merge') say(merge(rest, results))
    else if (command === 'ran') say(await ran(rest))
    else if (command === 'history') say(history(rest))
    else if (command === 'compare') {
      const { text, regressed } = compare(rest)
      say(text)
      return regressed ? 1 : 0
    } else if (command === 'node-image') say(await nodeImage(rest, complain))
    else if (command === 'help' || command === '--help' || command === '-h') say(USAGE)
    else throw new Error(`${command === undefined ? 'which command?' : `unknown command "${command}"`}\n\n${USAGE}`)
    return 0
  } catch (error) {
    complain(messageOf(error))
    return 2
  }
}

/** Imports the toolchain only here, because no other command needs it. */
async function nodeImage(more: string[], log: (line: string) => void): Promise<string> {
  if (more.length > 0)
    throw new Error(
      `npx meshdrill node-image takes no arguments, got "${more.join(' ')}". Next: npx meshdrill node-image`,
    )
  const { makeNodeImage } = await import('../clusters/kind/node-image/build.ts')
  return makeNodeImage(log)
}

const judge = (args: string[]): string => show(findRun('judge', args))

/** Imports the list of tools only here, because the other commands judge runs of any version. */
async function ran(args: string[]): Promise<string> {
  const run = findRun('ran', args)
  const { recordRan } = await import('./ran.ts')
  const added = await recordRan(run, fileURLToPath(new URL(`../../${RAN_FILE}`, import.meta.url)))
  return added.map(({ tool, mesh, provider, date }) => `${tool} on ${mesh}, ${provider}: ran ${date}`).join('\n')
}

/** Makes the report of a run again. It depends on the facts only, so a new version can report an old run. */
function report(args: string[]): string {
  const run = findRun('report', args)
  const warnings: string[] = []
  writeResults(run, (sentence) => warnings.push(sentence))
  return [...warnings.map((sentence) => `beware: ${sentence}`), `report: ${join(run, 'report.html')}`].join('\n')
}

function compare(folders: string[]): { text: string; regressed: boolean } {
  const [before, after, ...more] = folders
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error('compare takes two runs. Next: npx meshdrill compare results/<before> results/<after>')
  return compareRuns(readRun(before), readRun(after))
}

function history(folders: string[]): string {
  const [folder, ...more] = folders
  if (folder === undefined || more.length > 0)
    throw new Error('history takes one folder of runs. Next: npx meshdrill history results')
  const { runs, told } = readRuns(folder)
  return [renderHistory(runs), ...told.map((one) => `beware: ${one}`)].join('\n')
}

/** The folder of the run in the arguments of a command. */
function findRun(command: string, [folder, ...more]: string[]): string {
  if (folder === undefined)
    throw new Error(`npx meshdrill ${command} needs the folder of a run. Next: npx meshdrill ${command} results/latest`)
  if (more.length > 0)
    throw new Error(
      `npx meshdrill ${command} takes one run, got also "${more.join(' ')}". Next: npx meshdrill ${command} ${folder}`,
    )
  requireRun(folder)
  return realpathSync(folder)
}

function merge(folders: string[], results: string): string {
  if (folders.length < 2)
    throw new Error(
      'npx meshdrill merge needs the folders of at least two runs. Next: npx meshdrill merge results/<one> results/<other>',
    )
  const opened = folders.map((folder) => findNoRun(folder) ?? openSource(realpathSync(folder)))
  const sources = opened.filter((one) => typeof one !== 'string')
  try {
    const merged = mergeRuns(
      sources,
      opened.filter((one) => typeof one === 'string'),
    )
    return write(merged, results)
  } finally {
    for (const { events } of sources) events.close()
  }
}

function write(merged: Merged, results: string): string {
  const { id, folder } = makeFolder(results)
  try {
    writeMerged(merged, id, folder)
    const shown = show(folder)
    const unlinked = pointLatestAt(folder)
    const told = [...merged.told, ...(unlinked === null ? [] : [unlinked])]
    return [shown, ...told.map((one) => `beware: ${one}`)].join('\n')
  } catch (error) {
    // An incomplete merged run is useless, and its sources still exist.
    rmSync(folder, { recursive: true, force: true })
    if (codeOf(error) === null) throw error
    throw new Error(
      `the merged run in "${folder}" could not be written: ${describeFileError(error)}. It was removed. Its source runs ` +
        'are unchanged. Next: solve this problem, and merge again',
      { cause: error },
    )
  }
}

function makeFolder(results: string): RunFolder {
  try {
    return makeRunFolder(results)
  } catch (error) {
    throw new Error(
      `no folder for the merged run could be made in "${resolve(results)}": ${describeFileError(error)}. ` +
        'The runs are unchanged. Next: solve this problem, and merge again',
      { cause: error },
    )
  }
}

/** Why a path has no run to merge, as a sentence. Null if it has facts. Throws if the path does not exist. */
function findNoRun(path: string): string | null {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined)
    throw new Error(`there is no run in "${path}": no such folder`)
  const found = statOf(path)
  if (found === null) return `"${path}" is left out: it is a broken link`
  if (!found.isDirectory()) return `"${path}" is left out: it is not a folder`
  if (hasEvents(path)) return null
  const events = lstatSync(join(path, 'events.jsonl'), { throwIfNoEntry: false })
  return events === undefined ? emptyRun(path) : `"${path}" is left out: its "events.jsonl" is not a file`
}

/** Null if the path does not exist, or if it is a broken or circular link. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null
  } catch (error) {
    if (codeOf(error) === 'ELOOP') return null
    throw error
  }
}

const hasEvents = (folder: string): boolean => statOf(join(folder, 'events.jsonl'))?.isFile() === true

function requireRun(folder: string): void {
  if (!hasEvents(folder)) throw new Error(`there is no run in "${folder}": no file "${join(folder, 'events.jsonl')}"`)
}

function show(run: string): string {
  const warnings: string[] = []
  const summary = writeResults(run, (sentence) => warnings.push(sentence))
  const shared = describeShared(summary)
  return [
    renderDrills(summary.drills),
    '',
    ...(shared === null ? [] : [shared]),
    ...warnings.map((sentence) => `beware: ${sentence}`),
    `report: ${join(run, 'report.html')}`,
  ].join('\n')
}
