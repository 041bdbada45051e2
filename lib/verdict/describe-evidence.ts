import type { z } from 'zod'
import { select } from './evidence.ts'
import type { Loss } from './loss.ts'
import type { Measured } from './measure.ts'
import type { Outcome } from './recoverable.ts'
import type { evidence } from './schema/evidence.ts'

/** Observations of a drill that explain its figures to people. Null if not seen. */
export type Evidence = z.infer<typeof evidence>

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
  policy: null,
  rtoAtLeastMs: null,
  loss: null,
  backup: null,
  restore: null,
  corruption: [],
  findings: null,
  nodeResources: { backup: null, restore: null },
  backupImpact: null,
}

export function describeEvidence(measured: Measured, outcome: Outcome | null): Evidence {
  const { facts, fault, backup, restore, probes, readBack, recovery, loss, calls, usage, backupImpact } = measured
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
    policy: calls?.counts ?? null,
    rtoAtLeastMs: recovery?.atLeastMs ?? null,
    loss: loss && describeLoss(loss),
    backup: backup && { name: backup.name, ...backup.operation },
    restore: restore && { name: restore.name, ...restore.operation },
    corruption: select(facts, 'integrity.checked')
      .filter(({ phase }) => phase === 'after-fault')
      .map(({ check }) => ({ findings: check.findings.length, first: check.findings[0] ?? null })),
    findings: readBack?.check.findings.length ?? null,
    nodeResources: usage.node,
    backupImpact,
  }
}

function describeLoss({ phantoms, certain, problem, untrusted, ...loss }: Loss): NonNullable<Evidence['loss']> {
  const shorten = (list: string[]) => list.slice(0, listedPhantoms)
  return {
    ...loss,
    phantoms: shorten(phantoms),
    certain: { ...certain, phantoms: shorten(certain.phantoms) },
    problem: problem?.reason ?? null,
    untrusted: untrusted?.reason ?? null,
  }
}
