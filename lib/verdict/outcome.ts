import { type ClockTrouble, compareWithLimit, doubtClock, sumUncertainty, widen } from './uncertainty.ts'
import { type DrillEvidence, provenFindings, select } from './evidence.ts'
import type { Loss } from './loss.ts'
import { compareMeshStates, findBlindSpot, type MeshComparison } from './mesh.ts'
import { formatDuration, formatInterval } from '../system/duration.ts'
import { describeOutages } from './outages.ts'
import type { Recovery } from './recovery.ts'
import { fail, inconclusive, pass, type DrillResult, type Part } from './result.ts'

export function judgeRecovery({ objectives, probes, fault, clock }: DrillEvidence, recovery: Recovery | null): Part {
  const part = 'RTO'
  if (recovery === null || objectives === null || fault === null || probes === null)
    return inconclusive(part, 'RTO is not known: no fault or no probes were seen')
  const limit = `the objective of ${formatDuration(objectives.rtoMs)}`
  const { rtoMs, atLeastMs, problem } = recovery
  const partial = describeOutages(recovery.outages)
  const how = partial === null ? '' : ` (${partial})`
  const [faultMs, faultHighMs] = fault.between
  const firstMs = probes.samples[0]?.[0] ?? faultMs
  // The prober read the clock once, when it began, and has one that nobody can set since then.
  const uncertainUntil = (endMs: number) =>
    sumUncertainty(ofKind(clock, 'still'), faultMs, endMs) + sumUncertainty(ofKind(clock, 'set'), firstMs, endMs)
  // A probe is known to be wrong only when its time is up: until then, all may have stood still.
  const uncertainLow = (lowMs: number) => uncertainUntil(faultHighMs + lowMs + probes.timeoutMs)
  if (rtoMs === null) {
    const why = `${problem ?? 'RTO is not known'}${how}`
    const over = `RTO is at least ${formatDuration(atLeastMs ?? 0)}, over ${limit}: ${why}`
    if (atLeastMs === null || !(atLeastMs > objectives.rtoMs)) return inconclusive(part, why)
    const lowErrorMs = uncertainLow(atLeastMs)
    return atLeastMs - lowErrorMs > objectives.rtoMs ? fail(part, over) : doubtClock(part, lowErrorMs, over)
  }
  const measured = `RTO ${formatInterval(rtoMs)}${how}`
  const against = compareWithLimit(rtoMs, objectives.rtoMs)
  const reason = {
    within: `${measured}, within ${limit}`,
    beyond: `${measured} exceeds ${limit}`,
    unknown: `${measured}: ${limit} lies between what can be told apart`,
  }[against]
  const [lowErrorMs, highErrorMs] = [uncertainLow(rtoMs.low), uncertainUntil(faultMs + rtoMs.high)]
  const widened = { low: rtoMs.low - lowErrorMs, high: rtoMs.high + highErrorMs }
  if (against !== 'unknown' && compareWithLimit(widened, objectives.rtoMs) !== against)
    return doubtClock(part, against === 'beyond' ? lowErrorMs : highErrorMs, reason)
  return { within: pass, beyond: fail, unknown: inconclusive }[against](part, reason)
}

const ofKind = (troubles: ClockTrouble[], kind: ClockTrouble['kind']) => troubles.filter((one) => one.kind === kind)

export function judgeLoss({ objectives, untold, fault, clock }: DrillEvidence, loss: Loss | null): Part {
  const part = 'RPO'
  if (loss === null || objectives === null || fault === null)
    return inconclusive(part, 'RPO is not known: no fault was seen or nothing was read back')
  // What looks lost may have been replaced by what looks sent by nobody.
  const doubt = loss.untrusted ?? (loss.phantoms.length > 0 ? untold : null)
  const { lost, oldestLostMs, oldestLostAtMostMs, phantoms } = doubt === null ? loss : loss.certain
  if (phantoms.length > 0) return fail(part, phantoms.slice(0, 3).join('; '))
  const age = { low: oldestLostMs, high: oldestLostAtMostMs }
  const uncertainMs = sumUncertainty(clock, fault.between[0] - age.low, fault.between[1])
  const measured = `${lost} of ${loss.acknowledged} acknowledged writes lost`
  const objective = formatDuration(objectives.rpoMs)
  const aged = `${measured}, the oldest ${formatInterval(age)} before the fault: the objective is ${objective}`
  const against = compareWithLimit(widen(age, uncertainMs), objectives.rpoMs)
  // A loss that was seen stays one, whatever else was not. Where none may be lost, their number decides and not their age.
  if (lost > 0 && (objectives.rpoMs === 0 || against === 'beyond')) return fail(part, aged)
  if (doubt !== null) {
    const seen = loss.untrusted === null ? `${loss.phantoms.slice(0, 3).join('; ')}, and ` : ''
    return inconclusive(part, `RPO is not known: ${seen}${doubt}`)
  }
  if (!(objectives.rpoMs >= 0)) return inconclusive(part, 'the objective for RPO is not a duration')
  if (loss.problem !== null) return inconclusive(part, `RPO is not known: ${loss.problem}`)
  if (lost === 0) return pass(part, measured)
  if (against === 'within') return pass(part, aged)
  return compareWithLimit(age, objectives.rpoMs) === 'unknown'
    ? inconclusive(part, aged)
    : doubtClock(part, uncertainMs, aged)
}

export function judgeIntegrity(evidence: DrillEvidence): Part[] {
  const { facts, fault, restore, readBack, expectations, untold } = evidence
  const part = 'integrity'
  const checks = select(facts, 'integrity.checked')
  const seeded = checks.find(({ phase }) => phase === 'seeded')?.check
  const corrupted = checks.filter(({ phase }) => phase === 'after-fault').map(({ check }) => check)
  const parts: Part[] = []
  const looked = corrupted.length > 0 && corrupted.every(({ error }) => error === null)
  if (expectations?.corruption === true && looked && corrupted.every(({ findings }) => findings.length === 0))
    parts.push(fail('corruption', 'the corruption was not detected'))
  if (seeded && (seeded.error !== null || seeded.findings.length > 0))
    parts.push(
      inconclusive(part, `the volume was not whole to begin with: ${seeded.error ?? seeded.findings[0]?.detail ?? ''}`),
    )
  if (!seeded) parts.push(inconclusive(part, 'nobody looked whether the volume was whole to begin with'))
  else if (seeded.error === null && !(seeded.objects > 0))
    parts.push(inconclusive(part, 'the volume held no record to begin with'))
  const lookedAt = checks.find(({ phase }) => phase === 'seeded')?.at ?? 0
  if (fault && lookedAt > fault.between[1])
    parts.push(inconclusive(part, 'whether the volume was whole to begin with was looked at only after the fault'))
  if (readBack === null) return [...parts, inconclusive(part, 'the volume was not read back in the end')]
  const { check } = readBack
  const proven = provenFindings(check.findings, evidence)
  const first = proven[0] ?? check.findings[0]
  if (first) {
    const where = `${first.kind} in "${first.file}" at ${first.offset}: ${first.detail}`
    const told = `${check.findings.length} findings, first ${where}`
    return [...parts, proven.length > 0 ? fail(part, told) : inconclusive(part, `${told}; but ${untold ?? ''}`)]
  }
  if (check.error !== null) return [...parts, inconclusive(part, `the volume could not be read back: ${check.error}`)]
  if (check.objects === 0) return [...parts, fail(part, 'no record was there to read back')]
  if (!(check.objects > 0 && check.bytes > 0))
    return [...parts, inconclusive(part, 'nothing of the volume was read back')]
  if (seeded && !(check.objects >= seeded.objects))
    return [...parts, inconclusive(part, `only ${check.objects} of ${seeded.objects} records were read back`)]
  if (restore && readBack.at < restore.at)
    return [...parts, inconclusive(part, 'the volume was read back before it was restored')]
  return [...parts, pass(part, `${check.objects} records read back, each right`)]
}

/** Null where the drill has no mesh. */
export function judgeMesh({
  facts,
  planned,
  fault,
}: DrillEvidence): { part: Part; comparison: MeshComparison | null } | null {
  const part = 'mesh'
  const states = select(facts, 'mesh.state')
  if (planned?.axes.mesh === 'none') return null
  const before = states.find(({ phase }) => phase === 'before')?.state
  const afterFault = (at: number) => fault === null || at >= fault.between[0]
  const after = states.findLast(({ phase, at }) => phase === 'after' && afterFault(at))?.state
  const unknown = (reason: string) => ({ part: inconclusive(part, reason), comparison: null })
  if (!before || !after) return unknown(`the state of the mesh ${before ? 'after' : 'before'} the fault was not seen`)
  const error = before.error ?? after.error
  if (error !== null) return unknown(`the state of the mesh is not known: ${error}`)
  const blind = findBlindSpot(before)
  if (blind !== null) return unknown(blind)
  const comparison = compareMeshStates(before, after)
  return {
    part: comparison.equal
      ? pass(part, 'as before the fault')
      : fail(part, `the mesh is not as before the fault: ${comparison.differences.join('; ')}`),
    comparison,
  }
}

export function judgeResources({ expectations, backup }: DrillEvidence, resources: DrillResult['resources']): Part {
  const needed: ('backup' | 'restore')[] =
    expectations?.restore === true ? ['backup', 'restore'] : backup ? ['backup'] : []
  const missing = needed.filter((window) => resources[window] === null)
  return missing.length === 0
    ? pass('resources', 'sampled')
    : inconclusive('resources', `no resource samples of the tool's pods cover the ${missing.join(' and the ')}`)
}
