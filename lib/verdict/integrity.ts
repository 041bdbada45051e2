import type { FindingKind } from '../record/facts.ts'
import { type DrillEvidence, provenFindings, select } from './evidence.ts'
import { answer, type Answer } from './answer.ts'

/** Null unless the fault was to corrupt data, and nobody found that it did. */
export function judgeCorruption({ facts, expectations }: DrillEvidence): Answer<'corruption'> | null {
  if (expectations?.corruption !== true) return null
  const checks = select(facts, 'integrity.checked').filter(({ phase }) => phase === 'after-fault')
  const wasFinished = checks.length > 0 && checks.every(({ check }) => check.error === null)
  return wasFinished && checks.every(({ check }) => check.findings.length === 0)
    ? answer('corruption.undetected', 'the corruption was not detected')
    : null
}

/** Whether the volume was whole before the fault, and is so at the end. Several answers if several things are wrong. */
export function judgeIntegrity(evidence: DrillEvidence): Answer<'integrity'>[] {
  return [...judgeBeginning(evidence), judgeEnd(evidence)]
}

/** Empty if the volume was seen to be whole before the fault. */
function judgeBeginning({ facts, fault }: DrillEvidence): Answer<'integrity'>[] {
  const seeded = select(facts, 'integrity.checked').find(({ phase }) => phase === 'seeded')
  if (!seeded)
    return [answer('integrity.not-checked-before', 'nobody looked whether the volume was whole to begin with')]
  const { error, findings, objects } = seeded.check
  const answers: Answer<'integrity'>[] = []
  if (error !== null || findings.length > 0) {
    const why = error ?? findings[0]?.detail ?? ''
    answers.push(answer('integrity.damaged-before', `the volume was not whole to begin with: ${why}`))
  }
  if (error === null && !(objects > 0))
    answers.push(answer('integrity.empty-before', 'the volume held no record to begin with'))
  if (fault && seeded.at > fault.between[1])
    answers.push(
      answer('integrity.checked-late', 'whether the volume was whole to begin with was looked at only after the fault'),
    )
  return answers
}

function judgeEnd(evidence: DrillEvidence): Answer<'integrity'> {
  const { facts, restore, readBack, incompleteWriteLog } = evidence
  if (readBack === null) return answer('integrity.not-read', 'the volume was not read back in the end')
  const { check } = readBack
  const proven = provenFindings(check.findings, evidence)
  const first = proven[0] ?? check.findings[0]
  if (first) {
    const where = `${first.kind} in "${first.file}" at ${first.offset}: ${first.detail}`
    const told = `${check.findings.length} findings, first ${where}`
    return proven.length > 0
      ? answer(codeOfFinding[first.kind], told)
      : answer('integrity.unproven-damage', `${told}; but ${incompleteWriteLog?.reason ?? ''}`)
  }
  if (check.error !== null) return answer('integrity.unreadable', `the volume could not be read back: ${check.error}`)
  if (check.objects === 0) return answer('integrity.empty', 'no record was there to read back')
  if (!(check.objects > 0 && check.bytes > 0))
    return answer('integrity.nothing-read', 'nothing of the volume was read back')
  const seeded = select(facts, 'integrity.checked').find(({ phase }) => phase === 'seeded')?.check
  if (seeded && !(check.objects >= seeded.objects))
    return answer('integrity.partly-read', `only ${check.objects} of ${seeded.objects} records were read back`)
  if (restore && readBack.at < restore.at)
    return answer('integrity.read-early', 'the volume was read back before it was restored')
  return answer('integrity.whole', `${check.objects} records read back, each right`)
}

const codeOfFinding = {
  lost: 'integrity.lost',
  stale: 'integrity.stale',
  torn: 'integrity.torn',
  misdirected: 'integrity.misdirected',
  flipped: 'integrity.flipped',
  truncated: 'integrity.truncated',
  phantom: 'integrity.phantom',
  'changed attribute': 'integrity.changed-attribute',
} as const satisfies Record<FindingKind, Answer<'integrity'>['code']>
