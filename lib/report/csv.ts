import type { DrillResult } from '../verdict/result.ts'

const columns: [name: string, value: (drill: DrillResult) => string | number | boolean | null | undefined][] = [
  ['id', ({ id }) => id],
  ['tool', ({ tool }) => tool],
  ['strategy', ({ strategy }) => strategy],
  ['mesh', ({ mesh }) => mesh],
  ['fault', ({ fault }) => fault],
  ['workload', ({ workload }) => workload],
  ['repetition', ({ repetition }) => repetition],
  ['verdict', ({ verdict }) => verdict],
  ['outcome', ({ evidence }) => evidence.outcome],
  ['rtoLowMs', ({ rtoMs }) => rtoMs?.low],
  ['rtoHighMs', ({ rtoMs }) => rtoMs?.high],
  ['rtoObjectiveMs', ({ objectives }) => objectives?.rtoMs],
  ['acknowledgedWrites', ({ rpo }) => rpo?.acknowledged],
  ['lostWrites', ({ rpo }) => rpo?.lost],
  ['oldestLostMs', ({ rpo }) => rpo?.oldestLostMs],
  ['rpoObjectiveMs', ({ objectives }) => objectives?.rpoMs],
  ['backupMs', ({ backup }) => backup?.durationMs],
  ['backupBytes', ({ backup }) => backup?.bytes],
  ['restoreMs', ({ restore }) => restore?.durationMs],
  ['backupCpuSeconds', ({ resources }) => resources.backup?.cpuSeconds],
  ['backupPeakMemoryBytes', ({ resources }) => resources.backup?.peakMemoryBytes],
  ['restoreCpuSeconds', ({ resources }) => resources.restore?.cpuSeconds],
  ['restorePeakMemoryBytes', ({ resources }) => resources.restore?.peakMemoryBytes],
  ['objects', ({ integrity }) => integrity?.objects],
  ['bytes', ({ integrity }) => integrity?.bytes],
  ['findings', ({ integrity }) => integrity?.findings.length],
  ['meshEqual', ({ meshState }) => meshState?.equal],
  ['requests', ({ load }) => load?.requests],
  ['failedRequests', ({ load }) => load?.failed],
  ['p50Ms', ({ load }) => load?.p50Ms],
  ['p99Ms', ({ load }) => load?.p99Ms],
  ['reasons', ({ reasons }) => reasons.join(' | ')],
]

/** A line for each drill under a line of names; what was not measured is an empty field. */
export function renderCsv(drills: DrillResult[]): string {
  const lines = [
    columns.map(([name]) => name),
    ...drills.map((drill) => columns.map(([, value]) => quote(value(drill)))),
  ]
  return lines.map((fields) => `${fields.join(',')}\r\n`).join('')
}

/** Beginnings by which spreadsheets take a text for a formula, in half and full width. An apostrophe makes it a text. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

function quote(value: string | number | boolean | null | undefined): string {
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
