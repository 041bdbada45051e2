import type { Finding } from '../record/facts.ts'
import type { Evidence } from './describe-evidence.ts'
import type { Moment } from '../record/moment.ts'
import type { MeshComparison } from './mesh.ts'
import type { Part } from './answer.ts'
import type { Interval } from './interval.ts'
import type { OperationUsage } from './resources.ts'

export type { Part } from './answer.ts'
export type { Code, Question } from './codes.ts'
export type { Interval } from './interval.ts'
export type { Outcome } from './recoverable.ts'
export type { Usage } from './resources.ts'

/** `skipped` stands beside the other three: the drill was never begun. */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'skipped'

/** A drill in `summary.json`. What was not measured is null, never 0. Times in ms, sizes in bytes, CPU in seconds. */
export interface DrillResult {
  id: string
  tool: string | null
  strategy: string | null
  mesh: string | null
  fault: string | null
  /** When the fault strikes. Derived from the fault's name in runs that did not record it. */
  moment: Moment | null
  workload: string | null
  repetition: number | null
  /** The worst of `parts`; `skipped` if the drill was never begun. */
  verdict: Verdict
  parts: Part[]
  /** Reasons of the parts that did not pass, the failed ones first, each once; of a skipped drill, why it was skipped. */
  reasons: string[]
  rtoMs: Interval | null
  /** `oldestLostMs` is the age at fault time of the oldest lost write; 0 where none was lost. */
  rpo: { acknowledged: number; lost: number; oldestLostMs: number } | null
  /** `storedBytes` is by how much the tool's objects in the store grew, over all backups of the drill. */
  backup: { durationMs: number | null; bytes: number | null; storedBytes: number | null } | null
  restore: { durationMs: number | null } | null
  /** Of the tool's own pods; the nodes' are in `evidence.nodeResources`. */
  resources: OperationUsage
  integrity: { objects: number; bytes: number; findings: Finding[] } | null
  /** `equal` is null if the mesh offers nothing to compare. */
  meshState: MeshComparison | null
  load: { requests: number; failed: number; p50Ms: number | null; p99Ms: number | null } | null
  objectives: { rtoMs: number; rpoMs: number } | null
  evidence: Evidence
}

/** 'velero/file-system', as the matrix names it. */
export function nameStrategy({ tool, strategy }: Pick<DrillResult, 'tool' | 'strategy'>): string {
  return `${tool ?? 'unknown'}/${strategy ?? 'unknown'}`
}

/** What the name of a tool begins with that is broken on purpose. */
export const CONTROL_PREFIX = 'control-'

/** Whether a drill's tool is broken on purpose: it tests the drills, and is no choice of anybody's. */
export function isControl({ tool }: Pick<DrillResult, 'tool'>): boolean {
  return tool?.startsWith(CONTROL_PREFIX) === true
}
