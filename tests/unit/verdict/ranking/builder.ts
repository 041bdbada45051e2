import type { MetricComparison } from '../../../../lib/verdict/ranking/pairs.ts'
import type { MetricName } from '../../../../lib/verdict/ranking/metrics.ts'
import type { RankingEntry } from '../../../../lib/verdict/ranking/ranking.ts'
import { toPart } from '../../../../lib/verdict/answer.ts'
import type { Code } from '../../../../lib/verdict/codes.ts'
import { nothingSeen } from '../../../../lib/verdict/describe-evidence.ts'
import type { DrillResult } from '../../../../lib/verdict/result.ts'
import type { Part } from '../../../../lib/verdict/answer.ts'

/** Figures of the drills of a tool. Other figures are the same for all tools. */
export interface Measured {
  fault?: string
  rtoMs?: number
  rpoMs?: number
  backupMs?: number
  cpuSeconds?: number
  memoryBytes?: number
  storedBytes?: number
}

/** The part of a verdict with this code. */
export const part = (code: Code, reason = ''): Part => toPart({ code, reason })

const passed: Code[] = [
  'course.complete',
  'backup.succeeded',
  'restore.succeeded',
  'integrity.whole',
  'rto.within-objective',
  'rpo.within-objective',
]

/** A passing drill with whole data. Values differ slightly between repetitions, like measured ones. */
export function buildResult(tool: string, repetition: number, measured: Measured): DrillResult {
  const { fault = 'volume-loss', rtoMs = 25_000, rpoMs = 500, backupMs = 3000 } = measured
  const { cpuSeconds = 2, memoryBytes = 64 * 2 ** 20, storedBytes = 5000 } = measured
  const vary = (value: number) => value * (1 + repetition / 1000)
  const usage = { cpuSeconds: vary(cpuSeconds / 2), peakMemoryBytes: vary(memoryBytes) }
  return {
    id: `${tool}.copy.${fault}.${repetition}`,
    tool,
    strategy: 'copy',
    mesh: 'istio',
    fault,
    moment: 'at-rest',
    workload: 'ledger',
    repetition,
    verdict: 'pass',
    parts: passed.map((code) => part(code, 'as expected')),
    reasons: [],
    rtoMs: { low: vary(rtoMs) - 1, high: vary(rtoMs) + 1 },
    rpo: { acknowledged: 900, lost: 4, oldestLostMs: vary(rpoMs) },
    backup: { durationMs: vary(backupMs), bytes: 5000, storedBytes: vary(storedBytes) },
    restore: { durationMs: 4000 },
    resources: { backup: usage, restore: { ...usage, peakMemoryBytes: usage.peakMemoryBytes / 2 } },
    integrity: { objects: 1000, bytes: 2 ** 26, findings: [] },
    meshState: { equal: true, differences: [], notOffered: [] },
    load: { requests: 1800, failed: 160, p50Ms: 4, p99Ms: 40 },
    objectives: { rtoMs: 60_000, rpoMs: 120_000 },
    evidence: { ...nothingSeen, outcome: 'recovers with loss', findings: 0 },
  }
}

export function repeat(tool: string, repetitions: number, measured: Measured): DrillResult[] {
  return Array.from({ length: repetitions }, (_, repetition) => buildResult(tool, repetition, measured))
}

/** The same drill with some parts replaced. */
export function replaceParts(drill: DrillResult, ...parts: Part[]): DrillResult {
  const replaced = parts.map(({ question }) => question)
  const kept = drill.parts.filter(({ question }) => !replaced.includes(question))
  return { ...drill, parts: [...kept, ...parts] }
}

/** The same drill without its data. */
export function loseData(drill: DrillResult): DrillResult {
  const reason = '7 findings, first lost in "data/0" at 0'
  const failed = replaceParts(drill, part('integrity.lost', reason))
  return {
    ...failed,
    verdict: 'fail',
    reasons: [reason],
    evidence: { ...failed.evidence, outcome: 'does not recover', findings: 7 },
  }
}

export function findEntry(ranking: RankingEntry[], tool: string): RankingEntry {
  const found = ranking.find((entry) => entry.tool === tool)
  if (!found) throw new Error(`"${tool}" is not ranked`)
  return found
}

/** Comparison of a tool with its first rival on the default fault. */
export function findDifference(
  ranking: RankingEntry[],
  tool: string,
  metric: MetricName,
): MetricComparison | undefined {
  const [pair] = findEntry(ranking, tool).performance.pairs
  return pair?.differences.find(
    (comparison) => comparison.metric === metric && comparison.condition.fault === 'volume-loss',
  )
}

/** [tool, place, front] of each entry, in their order. */
export function summarisePlaces(ranking: RankingEntry[]) {
  return ranking.map(({ tool, place, performance: { front } }) => [tool, place, front])
}
