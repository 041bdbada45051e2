import type { LossMeasure } from '../record/facts.ts'
import { formatBytes, formatDuration, formatInterval } from '../system/quantity.ts'
import { nameAspects } from '../verdict/mesh.ts'
import type { DrillResult, Usage } from '../verdict/result.ts'
import type { Part } from '../verdict/answer.ts'
import { axes } from './axes.ts'
import { type Column, describe, nameColumn } from './column.ts'

/*
 * Everything that is shown of a drill, written once: CSV, tables, page and terminal take their columns from here. A new metric
 * is one entry.
 */

type DrillExposure = NonNullable<NonNullable<DrillResult['backup']>['exposure']>

const measured: readonly Column[] = [
  {
    title: 'RTO',
    question: 'rto',
    label: 'recovery time (RTO)',
    shownIn: ['csv', 'figures', 'page', 'terminal', 'comparison'],
    text: ({ rtoMs }) => describe(rtoMs, formatInterval),
    objective: ({ objectives }) => (objectives ? formatDuration(objectives.rtoMs) : ''),
    comparison: {
      text: ({ rtoMs }) => describe(rtoMs, formatInterval),
      durationMs: ({ rtoMs }) => rtoMs && (rtoMs.low + rtoMs.high) / 2,
    },
    fields: [
      { name: 'rtoLowMs', unit: 'ms', read: ({ rtoMs }) => rtoMs?.low },
      { name: 'rtoHighMs', unit: 'ms', read: ({ rtoMs }) => rtoMs?.high },
      { name: 'rtoObjectiveMs', unit: 'ms', read: ({ objectives }) => objectives?.rtoMs },
    ],
  },
  {
    title: 'RPO',
    question: 'rpo',
    label: 'acknowledged writes or files lost (RPO)',
    shownIn: ['csv', 'figures', 'page', 'terminal', 'comparison'],
    text: describeRpo,
    objective: ({ objectives }) => (objectives ? formatDuration(objectives.rpoMs) : ''),
    fields: [
      // Empty for a workload whose loss is counted by something else.
      { name: 'acknowledgedWrites', unit: 'count', read: (drill) => lossBy('writes', drill)?.acknowledged },
      { name: 'lostWrites', unit: 'count', read: (drill) => lossBy('writes', drill)?.lost },
      { name: 'acknowledgedFiles', unit: 'count', read: (drill) => lossBy('files', drill)?.acknowledged },
      { name: 'lostFiles', unit: 'count', read: (drill) => lossBy('files', drill)?.lost },
      { name: 'oldestLostMs', unit: 'ms', read: ({ rpo }) => rpo?.oldestLostMs },
      { name: 'rpoObjectiveMs', unit: 'ms', read: ({ objectives }) => objectives?.rpoMs },
    ],
  },
  {
    title: 'backup',
    shownIn: ['csv', 'figures', 'page', 'terminal', 'comparison'],
    text: ({ backup }) => describe(backup, describeBackup),
    comparison: {
      text: ({ backup }) => describe(backup?.durationMs, formatDuration),
      durationMs: ({ backup }) => backup?.durationMs ?? null,
    },
    fields: [
      { name: 'backupMs', unit: 'ms', read: ({ backup }) => backup?.durationMs },
      { name: 'backupBytes', unit: 'bytes', read: ({ backup }) => backup?.bytes },
      { name: 'storedBytes', unit: 'bytes', read: ({ backup }) => backup?.storedBytes },
    ],
  },
  {
    title: 'readable in the store',
    shownIn: ['csv'],
    text: ({ backup }) => describe(backup?.exposure, describeExposure),
    fields: [
      { name: 'dataExposure', unit: null, read: ({ backup }) => backup?.exposure?.data },
      { name: 'secretsExposure', unit: null, read: ({ backup }) => backup?.exposure?.secrets },
    ],
  },
  {
    title: 'restore',
    shownIn: ['csv', 'figures', 'page', 'terminal', 'comparison'],
    text: ({ restore }) => describe(restore?.durationMs, formatDuration),
    comparison: {
      text: ({ restore }) => describe(restore?.durationMs, formatDuration),
      durationMs: ({ restore }) => restore?.durationMs ?? null,
    },
    fields: [{ name: 'restoreMs', unit: 'ms', read: ({ restore }) => restore?.durationMs }],
  },
  {
    title: 'integrity',
    question: 'integrity',
    shownIn: ['csv', 'figures'],
    text: ({ integrity }) => describe(integrity, describeIntegrity),
    objective: () => 'no findings',
    fields: [
      { name: 'objects', unit: 'count', read: ({ integrity }) => integrity?.objects },
      { name: 'bytes', unit: 'bytes', read: ({ integrity }) => integrity?.bytes },
      { name: 'findings', unit: 'count', read: ({ integrity }) => integrity?.findings.length },
    ],
  },
  {
    title: 'mesh state',
    question: 'mesh',
    label: 'mesh',
    shownIn: ['csv', 'figures'],
    text: ({ meshState }) => describe(meshState, describeMesh),
    objective: () => 'as before',
    fields: [{ name: 'meshEqual', unit: null, read: ({ meshState }) => meshState?.equal }],
  },
  {
    title: 'denied call',
    question: 'policy',
    shownIn: ['csv', 'figures'],
    text: describeCalls,
    objective: () => 'never served',
    fields: [
      { name: 'deniedCalls', unit: 'count', read: ({ evidence }) => evidence.policy?.denied },
      { name: 'servedCalls', unit: 'count', read: ({ evidence }) => evidence.policy?.served },
    ],
  },
  {
    title: 'load',
    question: 'load',
    shownIn: ['csv', 'figures'],
    text: ({ load }) => describe(load, describeLoad),
    fields: [
      { name: 'requests', unit: 'count', read: ({ load }) => load?.requests },
      { name: 'failedRequests', unit: 'count', read: ({ load }) => load?.failed },
      { name: 'p50Ms', unit: 'ms', read: ({ load }) => load?.p50Ms },
      { name: 'p99Ms', unit: 'ms', read: ({ load }) => load?.p99Ms },
    ],
  },
  usageColumn('backup', 'tool, during backup', ({ resources }) => resources.backup),
  usageColumn('restore', 'tool, during restore', ({ resources }) => resources.restore),
  usageColumn('nodesBackup', 'nodes, during backup', (drill) => drill.evidence.nodeResources.backup),
  usageColumn('nodesRestore', 'nodes, during restore', (drill) => drill.evidence.nodeResources.restore),
]

export const idColumn = nameColumn({ name: 'id', title: 'drill', shownIn: ['csv', 'terminal'], read: ({ id }) => id })

/** The page shows it in colour. */
export const verdictColumn = nameColumn({
  name: 'verdict',
  title: 'verdict',
  shownIn: ['csv', 'page', 'terminal'],
  read: ({ verdict }) => verdict,
})

export const columns: readonly Column[] = [
  idColumn,
  ...axes,
  verdictColumn,
  nameColumn({ name: 'outcome', title: 'outcome', shownIn: ['csv'], read: ({ evidence }) => evidence.outcome }),
  ...measured,
  nameColumn({
    name: 'codes',
    title: 'codes',
    shownIn: ['csv'],
    read: ({ parts }) => listUnpassed(parts).join(' | '),
  }),
  nameColumn({ name: 'reasons', title: 'reasons', shownIn: ['csv'], read: ({ reasons }) => reasons.join(' | ') }),
]

const listUnpassed = (parts: Part[]): string[] =>
  parts.filter(({ verdict }) => verdict !== 'pass').map(({ code }) => code)

function usageColumn(field: string, title: string, read: (drill: DrillResult) => Usage | null): Column {
  return {
    title,
    shownIn: ['csv', 'figures'],
    text: (drill) => describe(read(drill), describeUsage),
    fields: [
      { name: `${field}CpuSeconds`, unit: 'seconds', read: (drill) => read(drill)?.cpuSeconds },
      { name: `${field}PeakMemoryBytes`, unit: 'bytes', read: (drill) => read(drill)?.peakMemoryBytes },
    ],
  }
}

const describeUsage = ({ cpuSeconds, peakMemoryBytes }: Usage): string =>
  `${cpuSeconds.toFixed(1)} CPU s, peak ${formatBytes(peakMemoryBytes)}`

/** The loss of a drill whose workload counts it by this; else null. */
const lossBy = (by: LossMeasure['by'], { rpo, evidence }: DrillResult): DrillResult['rpo'] =>
  evidence.loss?.by === by ? rpo : null

/** What was lost; if the workload cannot measure that, the reason. */
function describeRpo({ rpo, parts, evidence }: DrillResult): string {
  const unmeasurable = parts.find(({ code }) => code === 'rpo.not-measurable')
  if (unmeasurable !== undefined) return unmeasurable.reason
  return describe(rpo, ({ acknowledged, lost, oldestLostMs }) => {
    const age = lost === 0 ? '' : `, the oldest ${formatDuration(oldestLostMs)} before the fault`
    return `${lost} of ${acknowledged} ${evidence.loss?.by ?? 'writes'} lost${age}`
  })
}

function describeBackup({ durationMs, bytes }: NonNullable<DrillResult['backup']>): string {
  const duration = describe(durationMs, formatDuration)
  return bytes === null ? duration : `${duration}, ${formatBytes(bytes)}`
}

const describeExposure = ({ data, secrets }: DrillExposure): string =>
  `data: ${data ?? 'not known'}, Secrets: ${secrets ?? 'not known'}`

function describeIntegrity({ objects, bytes, findings }: NonNullable<DrillResult['integrity']>): string {
  return `${objects} records, ${formatBytes(bytes)}, ${findings.length === 0 ? 'no' : findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`
}

function describeMesh({ equal, differences, notOffered }: NonNullable<DrillResult['meshState']>): string {
  const compared = equal === null ? [] : [equal ? 'as before' : differences.join('; ')]
  const left = notOffered.length === 0 ? [] : [`not offered: ${nameAspects(notOffered)}`]
  return [...compared, ...left].join('; ')
}

/** What became of the calls that the mesh must deny. */
function describeCalls({ meshState, evidence }: DrillResult): string {
  if (meshState?.notOffered.includes('policies')) return `not offered: ${nameAspects(['policies'])}`
  return describe(evidence.policy, ({ denied, served }) => `denied ${denied} times, served ${served} times`)
}

function describeLoad({ requests, failed, p50Ms, p99Ms }: NonNullable<DrillResult['load']>): string {
  const latency = `p50 ${describe(p50Ms, formatDuration)}, p99 ${describe(p99Ms, formatDuration)}`
  return `${requests} requests, ${failed} failed, ${latency}`
}
