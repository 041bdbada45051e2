import type { Finding } from '../record/facts.ts'

/** `skipped` stands beside the other three: the drill was never begun. */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'skipped'

/**
 * What became of the service: it survived with every acknowledged write, it came back and lost some, or it did not come
 * back.
 */
export type Outcome = 'survives' | 'recovers with loss' | 'does not recover'

/** A quantity that is known to lie between two bounds. */
export interface Interval {
  low: number
  high: number
}

/** One question that a drill must answer, and how it was answered. */
export interface Part {
  part: string
  verdict: 'pass' | 'fail' | 'inconclusive'
  /** For people: why it did not pass, or what was found. */
  reason: string
}

export interface Usage {
  /** CPU time used within the window. */
  cpuSeconds: number
  /** Highest sum of memory at any moment of the window. */
  peakMemoryBytes: number
}

/** A drill in `summary.json`. What was not measured is null, never 0. Times in ms, sizes in bytes, CPU in seconds. */
export interface DrillResult {
  id: string
  tool: string | null
  strategy: string | null
  mesh: string | null
  fault: string | null
  workload: string | null
  repetition: number | null
  verdict: Verdict
  /** Why the verdict is not a pass, the worst first; empty for a pass. */
  reasons: string[]
  rtoMs: Interval | null
  /** `oldestLostMs` is the age at fault time of the oldest lost write; 0 where none was lost. */
  rpo: { acknowledged: number; lost: number; oldestLostMs: number } | null
  backup: { durationMs: number | null; bytes: number | null } | null
  restore: { durationMs: number | null } | null
  /** Of the tool's own pods; the nodes' are in `evidence.nodeResources`. */
  resources: { backup: Usage | null; restore: Usage | null }
  integrity: { objects: number; bytes: number; findings: Finding[] } | null
  meshState: { equal: boolean; differences: string[] } | null
  load: { requests: number; failed: number; p50Ms: number | null; p99Ms: number | null } | null
  objectives: { rtoMs: number; rpoMs: number } | null
  evidence: Record<string, unknown> & { outcome: Outcome | null; parts: Part[]; notes: string[] }
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

/** The worst of a drill's parts. No part at all proves nothing. */
export function takeWorst(parts: Part[]): Part['verdict'] {
  if (parts.some((part) => part.verdict === 'fail')) return 'fail'
  return parts.length > 0 && parts.every((part) => part.verdict === 'pass') ? 'pass' : 'inconclusive'
}

export function pass(part: string, reason: string): Part {
  return { part, verdict: 'pass', reason }
}

export function fail(part: string, reason: string): Part {
  return { part, verdict: 'fail', reason }
}

export function inconclusive(part: string, reason: string): Part {
  return { part, verdict: 'inconclusive', reason }
}
