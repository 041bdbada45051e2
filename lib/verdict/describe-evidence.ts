import type { Finding, OperationResult } from '../record/facts.ts'
import { select } from './evidence.ts'
import type { Loss } from './loss.ts'
import type { Measured } from './measure.ts'
import type { Outage } from './outages.ts'
import type { Interval } from './interval.ts'
import type { Outcome } from './recoverable.ts'
import type { OperationUsage } from './resources.ts'

/** What was seen of a drill, beside its figures: for people who want to know why. Null where it was not seen. */
export interface Evidence {
  outcome: Outcome | null
  notes: string[]
  /** The first fault. `seen` says in words what was seen of it. */
  fault: { name: string; between: [number, number]; seen: string } | null
  healed: string[]
  probes: { answered: number; sent: number | null; intervalMs: number } | null
  /** `count` and `unavailableMs` are over all outages; `seen` lists the first of them. */
  outages: { count: number; unavailableMs: Interval; seen: Outage[] } | null
  /** Lower bound of RTO. Known even if the service was not seen to be restored. */
  rtoAtLeastMs: number | null
  loss: LossEvidence | null
  /** The backup that was restored, else the last one. */
  backup: ({ name: string } & OperationResult) | null
  restore: ({ name: string } & OperationResult) | null
  /** Each check right after the fault. */
  corruption: { findings: number; first: Finding | null }[]
  /** Number of findings at the end. `integrity.findings` lists the first of them. */
  findings: number | null
  nodeResources: OperationUsage
}

/** A loss with at most ten phantoms; why it is not known, in words. */
export interface LossEvidence extends Omit<Loss, 'problem' | 'untrusted'> {
  problem: string | null
  untrusted: string | null
}

const listedOutages = 100
const listedPhantoms = 10

/** The evidence of a drill that was skipped. */
export const nothingSeen: Evidence = {
  outcome: null,
  notes: [],
  fault: null,
  healed: [],
  probes: null,
  outages: null,
  rtoAtLeastMs: null,
  loss: null,
  backup: null,
  restore: null,
  corruption: [],
  findings: null,
  nodeResources: { backup: null, restore: null },
}

export function describeEvidence(measured: Measured, outcome: Outcome | null): Evidence {
  const { facts, fault, backup, restore, probes, readBack, recovery, loss, usage } = measured
  return {
    outcome,
    notes: select(facts, 'note').map(({ text }) => text),
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
    corruption: select(facts, 'integrity.checked')
      .filter(({ phase }) => phase === 'after-fault')
      .map(({ check }) => ({ findings: check.findings.length, first: check.findings[0] ?? null })),
    findings: readBack?.check.findings.length ?? null,
    nodeResources: usage.node,
  }
}

function describeLoss({ phantoms, certain, problem, untrusted, ...loss }: Loss): LossEvidence {
  const shorten = (list: string[]) => list.slice(0, listedPhantoms)
  return {
    ...loss,
    phantoms: shorten(phantoms),
    certain: { ...certain, phantoms: shorten(certain.phantoms) },
    problem: problem?.reason ?? null,
    untrusted: untrusted?.reason ?? null,
  }
}
