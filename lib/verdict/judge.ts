import type { DrillFact, Objectives, OperationResult } from '../record/facts.ts'
import { sumUncertainty } from './uncertainty.ts'
import { type DrillEvidence, type FactOf, gatherEvidence, provenFindings, select } from './evidence.ts'
import { type Loss, measureLoss } from './loss.ts'
import { judgeBackup, judgeClaim, judgeRestore, measureOperation } from './operations.ts'
import { judgeAge, judgeMoment } from './moment.ts'
import { judgeIntegrity, judgeLoss, judgeMesh, judgeRecovery, judgeResources } from './outcome.ts'
import { judgeProof } from './proof.ts'
import { expectLoss, nameOutcome } from './recoverable.ts'
import { measureRecovery, type Recovery } from './recovery.ts'
import { measureUsage, type ResourceGroup } from './resources.ts'
import { type DrillResult, type Part, takeWorst, type Usage } from './result.ts'

/** More findings than this are counted, not listed. */
const listedFindings = 1000
const listedOutages = 100

/**
 * The result of one drill from its facts alone.
 * @param tornLines numbers of the lines of `events.jsonl` that were cut off and may have been this drill's
 */
export function judgeDrill(facts: DrillFact[], tornLines: number[] = []): DrillResult {
  const id = facts[0]?.drill
  if (id === undefined || facts.some(({ drill }) => drill !== id))
    throw new Error('facts of exactly one drill are needed')
  const evidence = gatherEvidence(facts)
  const skipped = select(facts, 'drill.skipped')
  if (skipped.length > 0 && !hasBegun(facts)) {
    const reasons = skipped.map(({ reason }) => reason)
    return {
      ...describe(id, evidence),
      ...nothingMeasured,
      verdict: 'skipped',
      reasons,
      evidence: { outcome: null, parts: [], notes: [] },
    }
  }

  const recovery = recover(evidence)
  const loss = lose(evidence)
  const tool = useResources(evidence, 'tool')
  const mesh = judgeMesh(evidence)
  const integrity = judgeIntegrity(evidence)
  const dataLost =
    ((loss?.untrusted === null ? loss.lost : loss?.certain.lost) ?? 0) > 0 ||
    provenFindings(evidence.readBack?.check.findings ?? [], evidence).length > 0
  const found = [
    ...judgeProof(evidence, tornLines),
    judgeBackup(evidence, dataLost),
    judgeClaim(evidence),
    judgeRestore(evidence),
    ...integrity,
    judgeRecovery(evidence, recovery),
    judgeLoss(evidence, loss),
    judgeMoment(evidence, loss),
    judgeAge(evidence, loss),
    mesh?.part ?? null,
    judgeResources(evidence, tool),
  ].filter((part) => part !== null)
  const outcome = nameOutcome(evidence, found, { recovery, loss })
  const parts = evidence.expectations?.recoverable === false ? expectLoss(found, outcome) : found

  const { backup, restore } = evidence
  const check = evidence.readBack?.check
  const load = select(facts, 'load.ended').at(-1)?.load
  return {
    ...describe(id, evidence),
    verdict: takeWorst(parts),
    reasons: listReasons(parts),
    rtoMs: recovery?.rtoMs ?? null,
    rpo: loss?.problem === null && loss.phantoms.length === 0 ? pickRpo(loss) : null,
    backup: backup && { durationMs: measureOperation(backup.operation), bytes: backup.operation.bytes },
    restore: restore && { durationMs: measureOperation(restore.operation) },
    resources: tool,
    integrity:
      check?.error === null ? { ...pickCheck(check), findings: check.findings.slice(0, listedFindings) } : null,
    meshState: mesh?.comparison ?? null,
    load:
      load?.error === null
        ? { requests: load.requests, failed: load.failed, p50Ms: load.p50Ms, p99Ms: load.p99Ms }
        : null,
    evidence: {
      outcome,
      parts,
      notes: select(facts, 'note').map(({ text }) => text),
      ...describeEvidence(evidence, recovery, loss),
      nodeResources: useResources(evidence, 'node'),
    },
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

function hasBegun(facts: DrillFact[]): boolean {
  const harmless: DrillFact['kind'][] = ['drill.planned', 'drill.skipped', 'drill.ended', 'note']
  return facts.some(({ kind }) => !harmless.includes(kind))
}

function describe(id: string, { planned, objectives }: DrillEvidence) {
  const {
    tool = null,
    strategy = null,
    mesh = null,
    fault = null,
    workload = null,
    repetition = null,
  } = planned?.axes ?? {}
  return { id, tool, strategy, mesh, fault, workload, repetition, objectives: objectives && pickObjectives(objectives) }
}

const pickObjectives = ({ rtoMs, rpoMs }: Objectives): Objectives => ({ rtoMs, rpoMs })

function listReasons(parts: Part[]): string[] {
  const of = (verdict: Part['verdict']) => parts.filter((part) => part.verdict === verdict).map(({ reason }) => reason)
  return [...new Set([...of('fail'), ...of('inconclusive')])]
}

function recover({ facts, probes, fault, expectations, restore }: DrillEvidence): Recovery | null {
  if (probes === null || fault === null || expectations === null) return null
  return measureRecovery({
    ...probes,
    fault: fault.between,
    outageExpected: expectations.outage,
    before: findRestoreStart(facts),
    until: restore?.at ?? null,
  })
}

/** When the drill began to take away what the fault had left, to restore it. */
function findRestoreStart(facts: DrillFact[]): number | null {
  const isStart = (fact: DrillFact) =>
    fact.kind === 'restore.requested' || (fact.kind === 'step.started' && fact.step === 'restore')
  return facts.find(isStart)?.at ?? null
}

function lose({ facts, writes, readBack, fault, clock }: DrillEvidence): Loss | null {
  if (readBack === null || fault === null || readBack.check.error !== null) return null
  const restoreMs = findRestoreStart(facts)
  const firstMs = writes.reduce((first, { sentMs }) => Math.min(first, sentMs), Infinity)
  const uncertainMs = sumUncertainty(clock, firstMs, restoreMs ?? readBack.at)
  return measureLoss(writes, readBack.check, readBack.at, fault.between, restoreMs, uncertainMs)
}

function pickRpo({ acknowledged, lost, oldestLostMs }: Loss) {
  return { acknowledged, lost, oldestLostMs }
}

function pickCheck({ objects, bytes }: { objects: number; bytes: number }) {
  return { objects, bytes }
}

function useResources(evidence: DrillEvidence, group: ResourceGroup): { backup: Usage | null; restore: Usage | null } {
  const use = (operation: 'backup' | 'restore') => {
    const ended = evidence[operation]
    if (ended === null) return null
    const window =
      ended.kind === 'backup.found' ? findOwnWindow(ended.operation) : findWindow(evidence, operation, ended)
    return window && measureUsage(evidence.resources, group, window)
  }
  return { backup: use('backup'), restore: use('restore') }
}

/** From the drill's request to its end. */
function findWindow(
  { facts }: DrillEvidence,
  operation: 'backup' | 'restore',
  ended: { name: string; at: number },
): [number, number] | null {
  const requested = select(facts, `${operation}.requested`).findLast(
    ({ name, at }) => name === ended.name && at <= ended.at,
  )
  return requested ? [requested.at, ended.at] : null
}

/** Of a backup that nobody requested: what the tool says. */
const findOwnWindow = ({ startedMs, endedMs }: OperationResult): [number, number] | null =>
  startedMs === null || endedMs === null ? null : [startedMs, endedMs]

/** What the store holds because of all the drill's backups; null where it is not known of one of them. */
function sumStored(backups: FactOf<'backup.ended'>[]): number | null {
  const sizes = backups.map(({ storedBytes }) => storedBytes ?? null)
  if (sizes.length === 0) return null
  return sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size))
}

const listedPhantoms = 10

function describeLoss({ phantoms, certain, ...loss }: Loss) {
  const shorten = (list: string[]) => list.slice(0, listedPhantoms)
  return { ...loss, phantoms: shorten(phantoms), certain: { ...certain, phantoms: shorten(certain.phantoms) } }
}

function describeEvidence(
  evidence: DrillEvidence,
  recovery: Recovery | null,
  loss: Loss | null,
): Record<string, unknown> {
  const { facts, fault, backup, restore, probes, readBack } = evidence
  return {
    fault: fault && { name: fault.fault, between: fault.between, seen: fault.evidence },
    healed: select(facts, 'fault.healed').map((fact) => fact.evidence),
    probes: probes && { answered: probes.samples.length, sent: probes.sent, intervalMs: probes.intervalMs },
    outages: recovery && {
      count: recovery.outages.reduce((sum, { spells }) => sum + spells, 0),
      unavailableMs: recovery.unavailableMs,
      seen: recovery.outages.slice(0, listedOutages),
    },
    rtoAtLeastMs: recovery?.atLeastMs ?? null,
    loss: loss && describeLoss(loss),
    backup: backup && { name: backup.name, ...backup.operation },
    restore: restore && { name: restore.name, ...restore.operation },
    storedBytes: sumStored(select(facts, 'backup.ended')),
    corruption: select(facts, 'integrity.checked')
      .filter(({ phase }) => phase === 'after-fault')
      .map(({ check }) => ({ findings: check.findings.length, first: check.findings[0] ?? null })),
    findings: readBack?.check.findings.length ?? null,
  }
}
