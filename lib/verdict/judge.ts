import type { DrillFact, Objectives } from '../record/facts.ts'
import { readMoment } from '../record/moment.ts'
import { describeEvidence, nothingSeen } from './describe-evidence.ts'
import { type FactOf, select } from './evidence.ts'
import { readExposure } from './exposure.ts'
import type { Loss } from './loss.ts'
import { measure, type Measured } from './measure.ts'
import { judgeAttributes } from './attributes.ts'
import { measureOperation, judgeBackup, judgeBackupContent, judgeRestore } from './operations.ts'
import { expectLoss, nameOutcome } from './recoverable.ts'
import { type Part, takeWorst, type Answer, toPart } from './answer.ts'
import type { DrillResult } from './result.ts'
import type { Question } from './codes.ts'
import { judgeCorruption, judgeIntegrity } from './integrity.ts'
import { judgeLoss, judgeMesh, judgeRecovery, judgeResources } from './outcome.ts'
import { judgeCourse, judgeFault, judgeLeftovers, judgeLoad, judgeProbes } from './proof.ts'
import { judgePolicy } from './policy.ts'
import { judgeFreshness, judgePointInTime } from './restored-state.ts'
import { judgeClock } from './uncertainty.ts'

/** A pure function of the evidence. Null if the question is not asked in this drill. */
type Judge<Name extends Question> = (measured: Measured) => Answer<Name> | Answer<Name>[] | null

/**
 * The judge of each question, in the order of the answers. `outcome` replaces some of the answers, so it has no judge.
 */
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
  attributes: judgeAttributes,
  rto: judgeRecovery,
  rpo: judgeLoss,
  'point-in-time': judgePointInTime,
  freshness: judgeFreshness,
  mesh: judgeMesh,
  policy: judgePolicy,
  resources: judgeResources,
}

/** Answers every question. */
const answerAll = (measured: Measured): Part[] =>
  Object.values(QUESTIONS).flatMap((judge) => {
    const found = judge(measured)
    return found === null ? [] : [found].flat().map(toPart)
  })

/** Maximum number of listed findings. All are counted. */
const listedFindings = 1000

/**
 * The result of one drill from its facts alone.
 * @param unreadableLines line numbers of `events.jsonl` that cannot be read and may belong to this drill
 */
export function judgeDrill(facts: DrillFact[], unreadableLines: number[] = []): DrillResult {
  const id = facts[0]?.drill
  if (id === undefined || facts.some(({ drill }) => drill !== id))
    throw new Error('facts of exactly one drill are needed')
  const measured = measure(facts, unreadableLines)
  const skipped = select(facts, 'drill.skipped')
  if (skipped.length > 0 && !hasStarted(facts)) {
    const reasons = skipped.map(({ reason }) => reason)
    return {
      ...describe(id, measured),
      ...nothingMeasured,
      verdict: 'skipped',
      reasons,
      parts: [],
      evidence: nothingSeen,
    }
  }

  const found = answerAll(measured)
  const outcome = nameOutcome(measured, found)
  const parts = measured.expectations?.recoverable === false ? expectLoss(found, outcome) : found
  const { backup, restore, readBack, recovery, loss, mesh, usage } = measured
  const check = readBack?.check
  const load = select(facts, 'load.ended').at(-1)?.load
  return {
    ...describe(id, measured),
    verdict: takeWorst(parts),
    parts,
    reasons: listReasons(parts),
    rtoMs: recovery?.rtoMs ?? null,
    rpo: loss?.problem === null && loss.phantoms.length === 0 ? pickRpo(loss) : null,
    backup: backup && {
      durationMs: measureOperation(backup.operation),
      bytes: backup.operation.bytes,
      storedBytes: sumStored(select(facts, 'backup.ended')),
      ...readExposure(select(facts, 'backup.searched').at(-1)),
    },
    restore: restore && { durationMs: measureOperation(restore.operation) },
    resources: usage.tool,
    integrity:
      check?.error === null
        ? {
            ...{ objects: check.objects, bytes: check.bytes, findings: check.findings.slice(0, listedFindings) },
            ...(check.attributes === undefined ? {} : { attributes: check.attributes }),
          }
        : null,
    meshState: mesh?.comparison ?? null,
    load:
      load?.error === null
        ? { requests: load.requests, failed: load.failed, p50Ms: load.p50Ms, p99Ms: load.p99Ms }
        : null,
    evidence: describeEvidence(measured, outcome),
  }
}

const nothingMeasured = {
  rtoMs: null,
  rpo: null,
  backup: null,
  restore: null,
  resources: { backup: null, restore: null },
  integrity: null,
  meshState: null,
  load: null,
}

function hasStarted(facts: DrillFact[]): boolean {
  const beforeStart: DrillFact['kind'][] = ['drill.planned', 'drill.skipped', 'drill.ended', 'note']
  return facts.some(({ kind }) => !beforeStart.includes(kind))
}

function describe(id: string, { planned, objectives }: Measured) {
  const { tool = null, strategy = null, mesh = null, workload = null, repetition = null } = planned?.axes ?? {}
  const { fault, moment } = planned ? readMoment(planned.axes) : { fault: null, moment: null }
  const axes = { tool, strategy, mesh, fault, moment, workload, repetition }
  return { id, ...axes, objectives: objectives && pickObjectives(objectives) }
}

const pickObjectives = ({ rtoMs, rpoMs }: Objectives): Objectives => ({ rtoMs, rpoMs })

function listReasons(parts: Part[]): string[] {
  const of = (verdict: Part['verdict']) => parts.filter((part) => part.verdict === verdict).map(({ reason }) => reason)
  return [...new Set([...of('fail'), ...of('inconclusive')])]
}

function pickRpo({ acknowledged, lost, oldestLostMs }: Loss) {
  return { acknowledged, lost, oldestLostMs }
}

/** Growth of the store over all backups of the drill, in bytes. Null if it is not known for one of them. */
function sumStored(backups: FactOf<'backup.ended'>[]): number | null {
  const sizes = backups.map(({ storedBytes }) => storedBytes ?? null)
  if (sizes.length === 0) return null
  return sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size))
}
