import type { DrillResult } from '../../verdict/result.ts'
import type { Summary } from '../../verdict/summarise.ts'
import { axes } from '../axes.ts'
import { columnsOf, type Field, type Unit } from '../column.ts'
import { columns } from '../columns.ts'

/** OpenMetrics has base units only. */
const BASE: Record<Exclude<Unit, null>, { suffix: string; factor: number }> = {
  ms: { suffix: 'seconds', factor: 1e-3 },
  seconds: { suffix: 'seconds', factor: 1 },
  bytes: { suffix: 'bytes', factor: 1 },
  count: { suffix: '', factor: 1 },
}

/**
 * The figures of a run in the OpenMetrics text format, version 1.0. The names of a drill are labels of `meshdrill_drill_info`, which
 * queries join by `run` and `drill`. A figure that was not measured has no sample.
 */
export function renderOpenMetrics({ run, drills }: Pick<Summary, 'run' | 'drills'>): string {
  const { id, provider, kubernetes, startedAt, durationMs } = run
  const families = [
    renderFamily('meshdrill_run', 'info', '', 'The run.', [['_info', { run: id, provider, kubernetes }, 1]]),
    renderFamily('meshdrill_run_started_seconds', 'gauge', 'seconds', 'When the run began, since the epoch.', [
      ['', { run: id }, startedAt / 1000],
    ]),
    renderFamily(
      'meshdrill_run_duration_seconds',
      'gauge',
      'seconds',
      'How long the run took.',
      durationMs === null ? [] : [['', { run: id }, durationMs / 1000]],
    ),
    renderFamily(
      'meshdrill_drill',
      'info',
      '',
      'A drill, what names it, and its verdict.',
      drills.map((drill) => ['_info', nameDrill(drill, id), 1]),
    ),
    ...columnsOf(columns, 'csv')
      .filter((column) => !axes.includes(column))
      .flatMap(({ title, label = title, fields }) => fields.map((field) => renderField(field, label, id, drills))),
  ]
  return `${families.join('')}# EOF\n`
}

type Labels = Record<string, string>
type Sample = [suffix: string, labels: Labels, value: number]

const nameDrill = (drill: DrillResult, run: string): Labels => {
  const { id, tool, strategy, mesh, fault, moment, workload, repetition, verdict } = drill
  const names = { tool, strategy, mesh, fault, moment, workload, repetition }
  const given = Object.entries(names).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]))
  return { run, drill: id, verdict, ...(Object.fromEntries(given) as Labels) }
}

/** Empty for a field that is no number. */
function renderField({ name, unit, read }: Field, label: string, run: string, drills: DrillResult[]): string {
  if (unit === null) return ''
  const { suffix, factor } = BASE[unit]
  const samples = drills.flatMap((drill): Sample[] => {
    const value = read(drill)
    return typeof value === 'number' ? [['', { run, drill: drill.id }, value * factor]] : []
  })
  return renderFamily(nameFamily(name, suffix), 'gauge', suffix, `${label}, of each drill.`, samples)
}

/** 'rtoLowMs' → 'meshdrill_rto_low_seconds' */
function nameFamily(field: string, suffix: string): string {
  const words = field.replace(/(Ms|Seconds|Bytes)$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const name = words === 'bytes' ? 'read_back' : words
  return ['meshdrill', name, ...(suffix === '' ? [] : [suffix])].join('_')
}

function renderFamily(name: string, type: 'gauge' | 'info', unit: string, help: string, samples: Sample[]): string {
  if (samples.length === 0) return ''
  const lines = [
    `# TYPE ${name} ${type}`,
    ...(unit === '' ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escapeText(help)}`,
    ...samples.map(([suffix, labels, value]) => `${name}${suffix}{${renderLabels(labels)}} ${value}`),
  ]
  return `${lines.join('\n')}\n`
}

const renderLabels = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeText(value)}"`)
    .join(',')

const escapeText = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
