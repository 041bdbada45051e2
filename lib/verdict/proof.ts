import { judgeClock } from './uncertainty.ts'
import { type DrillEvidence, select } from './evidence.ts'
import { clockToleranceMs } from './recovery.ts'
import { fail, inconclusive, pass, type Part } from './result.ts'

/** The share of due probes that may be missing. */
const missingShare = 0.01
/** Whether the drill was carried out and watched well enough to prove anything. Of these parts only the inventory can fail. */
export function judgeProof(evidence: DrillEvidence, tornLines: number[]): Part[] {
  return [
    judgeCourse(evidence, tornLines),
    judgeClock(evidence.clock),
    judgeProbes(evidence),
    judgeLoad(evidence),
    judgeFault(evidence),
    judgeInventory(evidence),
  ]
}

function judgeCourse({ facts, ended }: DrillEvidence, tornLines: number[]): Part {
  const part = 'drill'
  const plans = select(facts, 'drill.planned').length
  if (plans === 0) return inconclusive(part, 'the drill has no plan: what it had to prove is not known')
  if (plans > 1) return inconclusive(part, `the drill was begun ${plans} times under the same id`)
  if (tornLines.length > 0) return inconclusive(part, `events are torn at line ${tornLines.join(', ')}`)
  if (ended === null) return inconclusive(part, 'the drill was interrupted')
  if (ended.error !== null) return inconclusive(part, `the drill was stopped by an error: ${ended.error}`)
  const broken = select(facts, 'step.ended').find(({ error }) => error !== null)
  if (broken) return inconclusive(part, `step "${broken.step}" ended with an error: ${broken.error ?? ''}`)
  const [begun, done] = [select(facts, 'step.started').length, select(facts, 'step.ended').length]
  if (begun > done) return inconclusive(part, `${begun - done} of ${begun} steps did not end`)
  if (select(facts, 'drill.skipped').length > 0) return inconclusive(part, 'the drill was skipped after it had begun')
  return pass(part, 'carried out to its end')
}

function judgeProbes({ facts, probes }: DrillEvidence): Part {
  const part = 'probes'
  if (probes === null || probes.samples.length === 0) return inconclusive(part, 'there are no probes')
  const { samples, intervalMs, sent } = probes
  if (new Set(select(facts, 'probes').map((batch) => batch.intervalMs)).size > 1)
    return inconclusive(part, 'the interval of the probes changed within the drill')
  const crashed = select(facts, 'probes.ended').find(({ error }) => error !== null)
  if (crashed) return inconclusive(part, `probing was stopped by an error: ${crashed.error ?? ''}`)
  if (sent === null) return inconclusive(part, 'probing did not report its end')
  if (sent < samples.length) return inconclusive(part, `${samples.length} probes were answered, and only ${sent} sent`)
  const spanMs = (samples.at(-1)?.[0] ?? NaN) - (samples[0]?.[0] ?? NaN)
  const due = Math.max(sent, Math.round(spanMs / intervalMs) + 1)
  const missing = due - samples.length
  if (!(missing <= due * missingShare)) return inconclusive(part, `${missing} of ${due} probes are missing`)
  return pass(part, `${samples.length} of ${due} due probes`)
}

function judgeLoad({ facts, expectations, untold }: DrillEvidence): Part {
  const part = 'load'
  const loads = select(facts, 'load.ended').map(({ load }) => load)
  const floorRps = expectations?.minimumLoadRps ?? NaN
  if (floorRps <= 0) return inconclusive(part, 'the load has no floor: any would do')
  if (untold !== null) return inconclusive(part, untold)
  for (const load of loads) {
    const rps = load.requests / (load.durationMs / 1000)
    if (!(rps >= floorRps && rps < Infinity && load.failed >= 0))
      return inconclusive(part, `the load reached ${formatRate(rps)}, under the floor of ${formatRate(floorRps)}`)
    if (!(load.failed < load.requests)) return inconclusive(part, 'no request of the load was answered')
  }
  return pass(part, `${loads.reduce((sum, { requests }) => sum + requests, 0)} requests`)
}

function formatRate(rps: number): string {
  return Number.isFinite(rps) ? `${Number(rps.toFixed(1))} requests/s` : 'an unknown rate'
}

function judgeFault({ facts, fault, expectations, planned }: DrillEvidence): Part {
  const part = 'fault'
  const observed = select(facts, 'fault.observed')
  const requested = select(facts, 'fault.requested')
  if (fault === null) return inconclusive(part, 'the fault was never seen to take effect')
  const unseen = requested.find((request) => !observed.some((seen) => seen.fault === request.fault))
  if (unseen) return inconclusive(part, `fault "${unseen.fault}" was requested and never seen to take effect`)
  const strange = observed.find((seen) => !requested.some((request) => request.fault === seen.fault))
  if (strange) return inconclusive(part, `fault "${strange.fault}" was seen, and nobody requested it`)
  const name = planned?.axes.fault
  if (name !== undefined && !observed.some((seen) => seen.fault === name))
    return inconclusive(part, `the fault that was planned, "${name}", is not the one that was seen`)
  if (!observed.every(({ between }) => between[0] <= between[1]))
    return inconclusive(part, 'the time of the fault is not an interval')
  const early = requested.find((request) =>
    observed.some(({ fault: name, between }) => name === request.fault && between[1] < request.at - clockToleranceMs),
  )
  if (early) return inconclusive(part, `fault "${early.fault}" was seen before it was requested: something else did it`)
  const healed = select(facts, 'fault.healed').find((heal) =>
    observed.some((seen) => seen.fault === heal.fault && heal.at < seen.between[0]),
  )
  if (healed) return inconclusive(part, `fault "${healed.fault}" was healed before it struck`)
  const afterFault = select(facts, 'integrity.checked').filter(({ phase }) => phase === 'after-fault')
  if (expectations?.corruption === true) {
    const broken = afterFault.find(({ check }) => check.error !== null)
    if (broken) return inconclusive(part, `the check after the fault was not finished: ${broken.check.error ?? ''}`)
    if (afterFault.length === 0) return inconclusive(part, 'nobody looked for corruption after the fault')
  }
  return pass(part, fault.evidence)
}

/** A fault that outlives its drill would be measured in the next one. */
function judgeInventory({ facts, fault }: DrillEvidence): Part {
  const part = 'inventory'
  const taken = select(facts, 'inventory.checked').at(-1)
  if (taken && fault && taken.at < fault.between[0]) return inconclusive(part, 'the inventory is from before the fault')
  if (!taken) return inconclusive(part, 'nobody looked whether the fault was gone')
  if (taken.error !== null) return inconclusive(part, `whether the fault is gone is not known: ${taken.error}`)
  const [first] = taken.left
  return first === undefined ? pass(part, 'nothing of the fault is left') : fail(part, taken.left.join('; '))
}
