import { compareWithLimit, widen } from './interval.ts'
import { type ClockTrouble, doubtClock, sumUncertainty } from './uncertainty.ts'
import type { Measured } from './measure.ts'
import { formatDuration, formatInterval } from '../system/quantity.ts'
import { describeOutages } from './outages.ts'
import { nameAspects } from './mesh.ts'
import { answer, type Answer } from './answer.ts'

export function judgeRecovery({ objectives, probes, fault, clock, recovery }: Measured): Answer<'rto'> {
  if (recovery === null || objectives === null || fault === null || probes === null)
    return answer('rto.unknown', 'RTO is not known: no fault or no probes were seen')
  const limit = `the objective of ${formatDuration(objectives.rtoMs)}`
  const { rtoMs, atLeastMs, problem } = recovery
  const partial = describeOutages(recovery.outages)
  const details = partial === null ? '' : ` (${partial})`
  const [faultMs, faultHighMs] = fault.between
  const firstMs = probes.samples[0]?.[0] ?? faultMs
  // The prober reads the system clock once, at its start. After that it uses a clock that cannot be set.
  const uncertainUntil = (endMs: number) =>
    sumUncertainty(ofKind(clock, 'still'), faultMs, endMs) + sumUncertainty(ofKind(clock, 'set'), firstMs, endMs)
  // A probe is known to be wrong only after its timeout. Until then the whole machine may have stood still.
  const uncertainLow = (lowMs: number) => uncertainUntil(faultHighMs + lowMs + probes.timeoutMs)
  if (rtoMs === null) {
    const why = `${problem?.reason ?? 'RTO is not known'}${details}`
    const over = `RTO is at least ${formatDuration(atLeastMs ?? 0)}, over ${limit}: ${why}`
    if (atLeastMs === null || !(atLeastMs > objectives.rtoMs)) return answer(problem?.code ?? 'rto.unknown', why)
    const lowErrorMs = uncertainLow(atLeastMs)
    return atLeastMs - lowErrorMs > objectives.rtoMs
      ? answer('rto.over-objective-at-least', over)
      : doubtClock('rto.clock-doubt', lowErrorMs, over)
  }
  const measured = `RTO ${formatInterval(rtoMs)}${details}`
  const against = compareWithLimit(rtoMs, objectives.rtoMs)
  const reason = {
    within: `${measured}, within ${limit}`,
    beyond: `${measured} exceeds ${limit}`,
    unknown: `${measured}: ${limit} lies within the measured interval`,
  }[against]
  const [lowErrorMs, highErrorMs] = [uncertainLow(rtoMs.low), uncertainUntil(faultMs + rtoMs.high)]
  const widened = { low: rtoMs.low - lowErrorMs, high: rtoMs.high + highErrorMs }
  if (against !== 'unknown' && compareWithLimit(widened, objectives.rtoMs) !== against)
    return doubtClock('rto.clock-doubt', against === 'beyond' ? lowErrorMs : highErrorMs, reason)
  const codes = {
    within: 'rto.within-objective',
    beyond: 'rto.over-objective',
    unknown: 'rto.around-objective',
  } as const
  return answer(codes[against], reason)
}

const ofKind = (troubles: ClockTrouble[], kind: ClockTrouble['kind']) => troubles.filter((one) => one.kind === kind)

export function judgeLoss({ planned, objectives, incompleteWriteLog, fault, clock, loss }: Measured): Answer<'rpo'> {
  if (planned?.loss?.by === 'none') return answer('rpo.not-measurable', `not measured: ${planned.loss.reason}`)
  if (loss === null || objectives === null || fault === null)
    return answer('rpo.unknown', 'RPO is not known: no fault was seen or nothing was read back')
  // A write that looks lost may have been replaced by a write that is missing in an incomplete log.
  const incomplete = incompleteWriteLog && answer('rpo.incomplete-write-log', incompleteWriteLog.reason)
  const doubt = loss.untrusted ?? (loss.phantoms.length > 0 ? incomplete : null)
  const { lost, oldestLostMs, oldestLostAtMostMs, phantoms } = doubt === null ? loss : loss.certain
  if (phantoms.length > 0) return answer('rpo.phantoms', phantoms.slice(0, 3).join('; '))
  const age = { low: oldestLostMs, high: oldestLostAtMostMs }
  const uncertainMs = sumUncertainty(clock, fault.between[0] - age.low, fault.between[1])
  const measured = `${lost} of ${loss.acknowledged} acknowledged ${loss.by} lost`
  const objective = formatDuration(objectives.rpoMs)
  const aged = `${measured}, the oldest ${formatInterval(age)} before the fault: the objective is ${objective}`
  const against = compareWithLimit(widen(age, uncertainMs), objectives.rpoMs)
  // A proven loss stays a loss, whatever else is unknown. With an RPO of 0 the number of lost writes decides, not their
  // age.
  if (lost > 0 && (objectives.rpoMs === 0 || against === 'beyond')) return answer('rpo.over-objective', aged)
  if (doubt !== null) {
    const seen = loss.untrusted === null ? `${loss.phantoms.slice(0, 3).join('; ')}, and ` : ''
    return answer(doubt.code, `RPO is not known: ${seen}${doubt.reason}`)
  }
  if (!(objectives.rpoMs >= 0)) return answer('rpo.invalid-objective', 'the objective for RPO is not a duration')
  if (loss.problem !== null) return answer(loss.problem.code, `RPO is not known: ${loss.problem.reason}`)
  if (lost === 0) return answer('rpo.nothing-lost', measured)
  if (against === 'within') return answer('rpo.within-objective', aged)
  return compareWithLimit(age, objectives.rpoMs) === 'unknown'
    ? answer('rpo.around-objective', aged)
    : doubtClock('rpo.clock-doubt', uncertainMs, aged)
}

/**
 * Null if there is no mesh, or if it offers nothing to compare. The result lists the aspects that it does not offer.
 */
export function judgeMesh({ mesh }: Measured): Answer<'mesh'> | null {
  if (mesh === null) return null
  if (mesh.comparison === null) return mesh.problem
  const { equal, differences, notOffered } = mesh.comparison
  if (equal === null) return null
  const without = notOffered.length === 0 ? '' : `; the mesh does not offer: ${nameAspects(notOffered)}`
  return equal
    ? answer('mesh.unchanged', `the mesh is as it was before the fault${without}`)
    : answer('mesh.changed', `the mesh is not as it was before the fault: ${differences.join('; ')}`)
}

export function judgeResources({ expectations, backup, usage }: Measured): Answer<'resources'> {
  const needed: ('backup' | 'restore')[] =
    expectations?.restore === true ? ['backup', 'restore'] : backup ? ['backup'] : []
  const missing = needed.filter((window) => usage.tool[window] === null)
  return missing.length === 0
    ? answer('resources.sampled', 'resource samples cover the operations')
    : answer('resources.not-sampled', `no resource samples of the tool's pods cover the ${missing.join(' and the ')}`)
}
