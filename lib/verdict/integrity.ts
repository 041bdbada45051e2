import type { FindingKind } from '../record/facts.ts'
import { type DrillEvidence, provenFindings, select } from './evidence.ts'
import { answer, type Answer } from './answer.ts'

/** Null unless the fault had to corrupt data and no check found the corruption. */
export function judgeCorruption({ facts, expectations }: DrillEvidence): Answer<'corruption'> | null {
  if (expectations?.corruption !== true) return null
  const checks = select(facts, 'integrity.checked').filter(({ phase }) => phase === 'after-fault')
  const wasFinished = checks.length > 0 && checks.every(({ check }) => check.error === null)
  return wasFinished && checks.every(({ check }) => check.findings.length === 0)
    ? answer('corruption.undetected', 'the corruption was not detected')
    : null
}

/**
 * Whether the volume was whole before the fault and is whole at the end. Several answers if there are several defects.
 */
export function judgeIntegrity(evidence: DrillEvidence): Answer<'integrity'>[] {
  return [...judgeBeforeFault(evidence), judgeAtEnd(evidence)]
}

/** Empty if the volume was whole before the fault. */
function judgeBeforeFault({ facts, fault }: DrillEvidence): Answer<'integrity'>[] {
  const seeded = select(facts, 'integrity.checked').find(({ phase }) => phase === 'seeded')
  if (!seeded) return [answer('integrity.not-checked-before', 'the volume was not checked before the fault')]
  const { error, findings, objects } = seeded.check
  const answers: Answer<'integrity'>[] = []
  if (error !== null || findings.length > 0) {
    const why = error ?? findings[0]?.detail ?? ''
    answers.push(answer('integrity.damaged-before', `the volume was damaged before the fault: ${why}`))
  }
  if (error === null && !(objects > 0))
    answers.push(answer('integrity.empty-before', 'the volume held no record before the fault'))
  if (fault && seeded.at > fault.between[1])
    answers.push(answer('integrity.checked-late', 'the first check of the volume was made after the fault'))
  return answers
}

function judgeAtEnd(evidence: DrillEvidence): Answer<'integrity'> {
  const { facts, restore, readBack, incompleteWriteLog } = evidence
  if (readBack === null) return answer('integrity.not-read', 'the volume was not read back at the end')
  const { check } = readBack
  const proven = provenFindings(check.findings, evidence)
  const first = proven[0] ?? check.findings[0]
  if (first) {
    const where = `${first.kind} in "${first.file}" at ${first.offset}: ${first.detail}`
    const description = `${check.findings.length} findings, first ${where}`
    return proven.length > 0
      ? answer(codeOfFinding[first.kind], description)
      : answer('integrity.unproven-damage', `${description}; but ${incompleteWriteLog?.reason ?? ''}`)
  }
  if (check.error !== null) return answer('integrity.unreadable', `the volume could not be read back: ${check.error}`)
  if (check.objects === 0) return answer('integrity.empty', 'no record was there to read back')
  if (!(check.objects > 0 && check.bytes > 0))
    return answer('integrity.nothing-read', 'no data of the volume was read back')
  const seeded = select(facts, 'integrity.checked').find(({ phase }) => phase === 'seeded')?.check
  if (seeded && !(check.objects >= seeded.objects))
    return answer('integrity.partly-read', `only ${check.objects} of ${seeded.objects} records were read back`)
  if (restore && readBack.at < restore.at)
    return answer('integrity.read-early', 'the volume was read back before it was restored')
  return answer('integrity.whole', `${check.objects} records were read back, and all are right`)
}

const codeOfFinding = {
  lost: 'integrity.lost',
  stale: 'integrity.stale',
  torn: 'integrity.torn',
  'torn across volumes': 'integrity.torn-across-volumes',
  misdirected: 'integrity.misdirected',
  flipped: 'integrity.flipped',
  truncated: 'integrity.truncated',
  phantom: 'integrity.phantom',
  'changed attribute': 'integrity.changed-attribute',
  'changed output': 'integrity.changed-output',
} as const satisfies Record<FindingKind, Answer<'integrity'>['code']>
