import type { Question } from './codes.ts'
import { judgeCorruption, judgeIntegrity } from './integrity.ts'
import type { Measured } from './measure.ts'
import { judgeBackup, judgeBackupContent, judgeRestore } from './operations.ts'
import { judgeLoss, judgeMesh, judgeRecovery, judgeResources } from './outcome.ts'
import { judgeCourse, judgeFault, judgeLeftovers, judgeLoad, judgeProbes } from './proof.ts'
import { judgeFreshness, judgePointInTime } from './restored-state.ts'
import { type Answer, type Part, toPart } from './answer.ts'
import { judgeClock } from './uncertainty.ts'

/** A pure function of the evidence. Null if the question is not asked in this drill. */
type Judge<Name extends Question> = (measured: Measured) => Answer<Name> | Answer<Name>[] | null

/** Every question that a drill must answer, in the order of the answers. `outcome` replaces some of them, and has no own judge. */
const QUESTIONS: { [Name in Exclude<Question, 'outcome'>]: Judge<Name> } = {
  course: judgeCourse,
  clock: judgeClock,
  probes: judgeProbes,
  load: judgeLoad,
  fault: judgeFault,
  leftovers: judgeLeftovers,
  backup: judgeBackup,
  'backup-content': judgeBackupContent,
  restore: judgeRestore,
  corruption: judgeCorruption,
  integrity: judgeIntegrity,
  rto: judgeRecovery,
  rpo: judgeLoss,
  'point-in-time': judgePointInTime,
  freshness: judgeFreshness,
  mesh: judgeMesh,
  resources: judgeResources,
}

/** Asks every question. */
export const answerAll = (measured: Measured): Part[] =>
  Object.values(QUESTIONS).flatMap((judge) => {
    const found = judge(measured)
    return found === null ? [] : [found].flat().map(toPart)
  })
