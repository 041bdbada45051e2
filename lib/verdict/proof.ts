import { type DrillEvidence, select } from './evidence.ts'
import { clockToleranceMs } from './recovery.ts'
import type { Measured } from './measure.ts'
import { findIncomplete } from './incomplete.ts'
import { answer, type Answer } from './answer.ts'

/*
 * Whether the drill was carried out and observed well enough to prove anything. Of these judges only `leftovers` can
 * fail a drill.
 */

export function judgeCourse({ facts, ended, unreadableLines }: Measured): Answer<'course'> {
  const plans = select(facts, 'drill.planned').length
  if (plans === 0) return answer('course.no-plan', 'the drill has no plan: what it had to prove is not known')
  if (plans > 1) return answer('course.begun-twice', `the drill was started ${plans} times under the same id`)
  if (unreadableLines.length > 0)
    return answer('course.unreadable-events', `events.jsonl cannot be read at line ${unreadableLines.join(', ')}`)
  if (ended === null) return answer('course.interrupted', 'the drill was interrupted')
  if (ended.error !== null) return answer('course.stopped-by-error', `an error stopped the drill: ${ended.error}`)
  const broken = select(facts, 'step.ended').find(({ error }) => error !== null)
  if (broken) return answer('course.step-failed', `step "${broken.step}" ended with an error: ${broken.error ?? ''}`)
  const [started, finished] = [select(facts, 'step.started').length, select(facts, 'step.ended').length]
  if (started > finished)
    return answer('course.step-unfinished', `${started - finished} of ${started} steps did not end`)
  if (select(facts, 'drill.skipped').length > 0)
    return answer('course.skipped-late', 'the drill was skipped after it had started')
  return answer('course.complete', 'the drill was carried out to its end')
}

export function judgeProbes({ facts, probes }: DrillEvidence): Answer<'probes'> {
  if (probes === null || probes.samples.length === 0) return answer('probes.none', 'there are no probes')
  const found = findIncomplete({
    ...probes,
    ...NAMES,
    batches: select(facts, 'probes'),
    ends: select(facts, 'probes.ended'),
  })
  if ('due' in found) return answer('probes.complete', `${probes.samples.length} of ${found.due} due probes`)
  return answer(`probes.${found.trouble}`, found.reason)
}

const NAMES = { probes: 'probes', prober: 'the prober' }

export function judgeLoad({ facts, expectations, incompleteWriteLog }: DrillEvidence): Answer<'load'> {
  const loads = select(facts, 'load.ended').map(({ load }) => load)
  const floorRps = expectations?.minimumLoadRps ?? NaN
  if (floorRps <= 0) return answer('load.no-floor', 'the plan names no minimum load')
  if (incompleteWriteLog !== null) return incompleteWriteLog
  for (const load of loads) {
    const rps = load.requests / (load.durationMs / 1000)
    if (!(rps >= floorRps && rps < Infinity && load.failed >= 0))
      return answer(
        'load.under-floor',
        `the load reached ${formatRate(rps)}, under the floor of ${formatRate(floorRps)}`,
      )
    if (!(load.failed < load.requests)) return answer('load.unanswered', 'no request of the load was answered')
  }
  return answer('load.sufficient', `${loads.reduce((sum, { requests }) => sum + requests, 0)} requests`)
}

function formatRate(rps: number): string {
  return Number.isFinite(rps) ? `${Number(rps.toFixed(1))} requests/s` : 'an unknown rate'
}

export function judgeFault({ facts, fault, expectations, planned }: DrillEvidence): Answer<'fault'> {
  const observed = select(facts, 'fault.observed')
  const requested = select(facts, 'fault.requested')
  if (fault === null) return answer('fault.not-seen', 'no fault was seen to take effect')
  const unseen = requested.find((request) => !observed.some((seen) => seen.fault === request.fault))
  if (unseen)
    return answer('fault.one-not-seen', `fault "${unseen.fault}" was requested, but it was not seen to take effect`)
  const unrequested = observed.find((seen) => !requested.some((request) => request.fault === seen.fault))
  if (unrequested)
    return answer('fault.not-requested', `fault "${unrequested.fault}" was seen, but it was never requested`)
  const name = planned?.axes.fault
  if (name !== undefined && !observed.some((seen) => seen.fault === name))
    return answer('fault.not-as-planned', `the planned fault "${name}" is not among the faults that were seen`)
  if (!observed.every(({ between }) => between[0] <= between[1]))
    return answer('fault.invalid-time', 'the time of the fault is not an interval')
  const early = requested.find((request) =>
    observed.some(({ fault: name, between }) => name === request.fault && between[1] < request.at - clockToleranceMs),
  )
  if (early)
    return answer(
      'fault.before-request',
      `fault "${early.fault}" was seen before it was requested, so something else caused it`,
    )
  const healed = select(facts, 'fault.healed').find((heal) =>
    observed.some((seen) => seen.fault === heal.fault && heal.at < seen.between[0]),
  )
  if (healed) return answer('fault.healed-early', `fault "${healed.fault}" was healed before it took effect`)
  const afterFault = select(facts, 'integrity.checked').filter(({ phase }) => phase === 'after-fault')
  if (expectations?.corruption === true) {
    const broken = afterFault.find(({ check }) => check.error !== null)
    if (broken)
      return answer('fault.check-unfinished', `the check after the fault did not finish: ${broken.check.error ?? ''}`)
    if (afterFault.length === 0) return answer('fault.not-checked', 'no check for corruption was made after the fault')
  }
  return answer('fault.seen', fault.evidence)
}

/** A fault that outlives its drill would distort the next one. */
export function judgeLeftovers({ facts, fault }: DrillEvidence): Answer<'leftovers'> {
  const taken = select(facts, 'inventory.checked').at(-1)
  if (taken && fault && taken.at < fault.between[0])
    return answer('leftovers.checked-early', 'the check for leftovers was made before the fault')
  if (!taken) return answer('leftovers.not-checked', 'no check for leftovers of the fault was made')
  if (taken.error !== null) return answer('leftovers.unknown', `whether the fault is gone is not known: ${taken.error}`)
  const [first] = taken.left
  return first === undefined
    ? answer('leftovers.none', 'nothing of the fault is left')
    : answer('leftovers.found', taken.left.join('; '))
}
