import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { messageOf } from '../system/message-of.ts'
import type { DrillResult } from '../verdict/result.ts'
import { readClaims } from './claims-file.ts'
import { pointLatestAt, writeResults } from './results.ts'

/**
 * Judges a run by its facts, writes its results, and returns every reason why it has not passed. The tests are not asked:
 * whatever the runner's options made of them, a run with a drill that has not the wanted verdict has not passed.
 * `warn` is told what went wrong beside the judgement.
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
