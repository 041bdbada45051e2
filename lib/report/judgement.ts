import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { messageOf } from '../system/file-error.ts'
import type { DrillResult } from '../verdict/result.ts'
import { readClaims } from './claims.ts'
import { pointLatestAt, writeResults } from './results.ts'

/**
 * Judges a run by its facts and writes its results. Results of tests do not count: options of the runner can change them.
 * @param warn gets a sentence for each problem that does not change the verdict
 * @returns every reason why the run has not passed; empty if each drill has the wanted verdict
 */
export function judgeRun(runFolder: string, warn: (warning: string) => void): string[] {
  const claims = readClaims(runFolder)
  if (!existsSync(join(runFolder, 'events.jsonl'))) return [...claims.keys()].map(leftNoFacts)
  let drills: DrillResult[]
  try {
    drills = writeResults(runFolder, warn).drills
    const unlinked = pointLatestAt(runFolder)
    if (unlinked !== null) warn(unlinked)
  } catch (error) {
    return [`the run in "${resolve(runFolder)}" could not be judged: ${messageOf(error)}`]
  }
  const wrong = drills.flatMap(({ id, verdict }) => {
    const wanted = claims.get(id) ?? 'pass'
    return verdict === wanted || verdict === 'skipped' ? [] : [`drill "${id}" is ${verdict}, not ${wanted}`]
  })
  const judged = new Set(drills.map(({ id }) => id))
  return [...wrong, ...[...claims.keys()].filter((id) => !judged.has(id)).map(leftNoFacts)]
}

const leftNoFacts = (id: string): string => `drill "${id}" left no facts`
