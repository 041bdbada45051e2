import type { DrillFact } from '../record/facts.ts'
import { type Calls, measureCalls } from './calls.ts'
import { type DrillEvidence, gatherEvidence, provenFindings } from './evidence.ts'
import { type Loss, measureLoss } from './loss.ts'
import { measureMesh, type MeshMeasurement } from './mesh.ts'
import { measureRecovery, type Recovery } from './recovery.ts'
import { measureUsage, type OperationUsage, type ResourceGroup } from './resources.ts'
import { type BackupImpact, measureBackupImpact } from './backup-impact.ts'
import { sumUncertainty } from './uncertainty.ts'
import { findWindow } from './windows.ts'

/** The evidence of a drill, and all figures measured from it. Judges read nothing else. */
export interface Measured extends DrillEvidence {
  recovery: Recovery | null
  loss: Loss | null
  /** True if records or acknowledged writes are missing. */
  isDataLost: boolean
  /** Null if the drill has no mesh. */
  mesh: MeshMeasurement | null
  /** Null if no call that the mesh must deny was made. */
  calls: Calls | null
  usage: Record<ResourceGroup, OperationUsage>
  /** Null if the drill has not both windows, with enough writes. */
  backupImpact: BackupImpact | null
  /** Line numbers of `events.jsonl` that cannot be read and may hold facts of this drill. */
  unreadableLines: number[]
}

export function measure(facts: DrillFact[], unreadableLines: number[]): Measured {
  const evidence = gatherEvidence(facts)
  const loss = measureDrillLoss(evidence)
  const lost = loss?.untrusted === null ? loss.lost : (loss?.certain.lost ?? 0)
  const proven = provenFindings(evidence.readBack?.check.findings ?? [], evidence)
  return {
    ...evidence,
    recovery: measureDrillRecovery(evidence),
    loss,
    isDataLost: lost > 0 || proven.length > 0,
    mesh: measureMesh(evidence),
    calls: measureCalls(evidence),
    usage: { tool: measureOperations(evidence, 'tool'), node: measureOperations(evidence, 'node') },
    backupImpact: measureBackupImpact(evidence),
    unreadableLines,
  }
}

function measureDrillRecovery({ facts, probes, fault, expectations, restore }: DrillEvidence): Recovery | null {
  if (probes === null || fault === null || expectations === null) return null
  return measureRecovery({
    ...probes,
    fault: fault.between,
    outageExpected: expectations.outage,
    before: findRestoreStart(facts),
    until: restore?.at ?? null,
  })
}

/** Time at which the drill began to remove the damaged state in order to restore it. Null if it did not. */
function findRestoreStart(facts: DrillFact[]): number | null {
  const isStart = (fact: DrillFact) =>
    fact.kind === 'restore.requested' || (fact.kind === 'step.started' && fact.step === 'restore')
  return facts.find(isStart)?.at ?? null
}

/** Null, also if the workload cannot measure a loss. */
function measureDrillLoss({ facts, planned, writes, readBack, fault, clock }: DrillEvidence): Loss | null {
  // Older runs do not record the unit. Their workload counted writes.
  const { by } = planned?.loss ?? { by: 'writes' }
  if (by === 'none') return null
  if (readBack === null || fault === null || readBack.check.error !== null) return null
  const restoreMs = findRestoreStart(facts)
  const firstMs = writes.reduce((first, { sentMs }) => Math.min(first, sentMs), Infinity)
  const uncertainMs = sumUncertainty(clock, firstMs, restoreMs ?? readBack.at)
  return measureLoss(writes, readBack.check, readBack.at, fault.between, restoreMs, uncertainMs, by)
}

function measureOperations(evidence: DrillEvidence, group: ResourceGroup): OperationUsage {
  const use = (operation: 'backup' | 'restore') => {
    const window = findWindow(evidence, operation)
    return window && measureUsage(evidence.resources, group, window)
  }
  return { backup: use('backup'), restore: use('restore') }
}
