import { formatDuration } from '../system/duration.ts'
import { formatBytes } from '../system/bytes.ts'
import type { DrillResult, Usage } from '../verdict/result.ts'
import { escapeHtml, renderTable } from './html.ts'
import { describe, describeFigures, describeUsage } from './words.ts'

/** Everything that was measured in a drill, as an HTML table: what, figure, objective. */
export function figuresTable(result: DrillResult): string {
  const figures = describeFigures(result)
  const { integrity, meshState, load, resources } = result
  const nodes = result.evidence.nodeResources as { backup: Usage | null; restore: Usage | null } | undefined
  const rows = [
    ['Recovery time (RTO)', figures.rto, figures.rtoObjective],
    ['Acknowledged writes lost (RPO)', figures.rpo, figures.rpoObjective],
    ['Backup', figures.backup, ''],
    ['Restore', figures.restore, ''],
    ['Integrity', describe(integrity, describeIntegrity), 'no findings'],
    [
      'Mesh',
      describe(meshState, ({ equal, differences }) => (equal ? 'as before' : differences.join('; '))),
      'as before',
    ],
    ['Load', describe(load, describeLoad), ''],
    ['Tool, during backup', describeUsage(resources.backup), ''],
    ['Tool, during restore', describeUsage(resources.restore), ''],
    ['Nodes, during backup', describeUsage(nodes?.backup ?? null), ''],
    ['Nodes, during restore', describeUsage(nodes?.restore ?? null), ''],
  ]
  const cells = rows.map((row) => row.map(escapeHtml))
  return renderTable(['', 'Measured', 'Objective'], cells)
}

function describeIntegrity({ objects, bytes, findings }: NonNullable<DrillResult['integrity']>): string {
  return `${objects} records, ${formatBytes(bytes)}, ${findings.length === 0 ? 'no' : findings.length} findings`
}

function describeLoad({ requests, failed, p50Ms, p99Ms }: NonNullable<DrillResult['load']>): string {
  const latency = `p50 ${describe(p50Ms, formatDuration)}, p99 ${describe(p99Ms, formatDuration)}`
  return `${requests} requests, ${failed} failed, ${latency}`
}
