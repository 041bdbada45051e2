import { expect, test } from '@playwright/test'
import { renderOpenMetrics } from '../../../../lib/report/machines/openmetrics.ts'
import { summarise } from '../../../../lib/verdict/summarise.ts'
import { buildMixedRun } from '../page/facts.ts'

const summary = summarise({ facts: buildMixedRun(1), torn: [] })

test('the OpenMetrics of a run keep to the grammar of the format, and hold each drill once with its figures in base units', () => {
  const samples = parse(renderOpenMetrics(summary))
  const infos = samples.filter(({ name }) => name === 'meshdrill_drill_info')
  expect(infos.map(({ labels }) => labels.get('drill'))).toEqual(summary.drills.map(({ id }) => id))
  const [drill] = summary.drills
  const of = (name: string) => samples.find((one) => one.name === name && one.labels.get('drill') === drill?.id)?.value
  expect(of('meshdrill_rto_high_seconds')).toBeCloseTo((drill?.rtoMs?.high ?? NaN) / 1000, 9)
  expect(of('meshdrill_backup_bytes')).toBe(drill?.backup?.bytes)
  expect(of('meshdrill_backup_cpu_seconds')).toBe(drill?.resources.backup?.cpuSeconds)
  expect(of('meshdrill_lost_writes')).toBe(0)
})

test('a figure that was not measured has no sample in the OpenMetrics of its run', () => {
  const skipped = summary.drills.find(({ verdict }) => verdict === 'skipped')
  const names = parse(renderOpenMetrics(summary))
    .filter(({ labels }) => labels.get('drill') === skipped?.id)
    .map(({ name }) => name)
    .filter((name) => !name.endsWith('_objective_seconds'))
  expect(names).toEqual(['meshdrill_drill_info'])
})

test('a name with quotes, backslashes and line breaks stays one label of OpenMetrics', () => {
  const hostile = 'a"b\\c\nd} 1\n# EOF'
  const [first] = summary.drills
  if (first === undefined) throw new Error('the run has a drill')
  const samples = parse(renderOpenMetrics({ run: summary.run, drills: [{ ...first, tool: hostile }] }))
  expect(samples.find(({ name }) => name === 'meshdrill_drill_info')?.labels.get('tool')).toBe(hostile)
})

interface Sample {
  name: string
  labels: Map<string, string>
  value: number
}

const TEXT = String.raw`(?:[^"\\\n]|\\["\\n])*`
const LABELS = new RegExp(String.raw`([a-zA-Z_][a-zA-Z0-9_]*)="(${TEXT})"(?:,(?!$)|$)`, 'y')
const SAMPLE = new RegExp(
  String.raw`^([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[^"\n]|"${TEXT}")*)\} (-?[0-9.]+(?:e[+-]?[0-9]+)?)$`,
)

/** Reads the parts of the OpenMetrics text format 1.0 that are written, strictly: families in one piece, metadata before samples. */
function parse(text: string): Sample[] {
  expect(text.endsWith('\n# EOF\n')).toBe(true)
  const families = new Map<string, { type: string; unit: string }>()
  let current = ''
  const seen = new Set<string>()
  return text
    .slice(0, -'# EOF\n'.length)
    .split('\n')
    .slice(0, -1)
    .flatMap((line): Sample[] => {
      const meta = /^# (TYPE|UNIT|HELP) ([a-z0-9_]+) (.+)$/.exec(line)
      if (meta !== null) {
        const [, what, name = '', value = ''] = meta
        if (what === 'TYPE') {
          expect(families.has(name), `the family ${name} is in one piece`).toBe(false)
          expect(['gauge', 'info']).toContain(value)
          current = name
          families.set(name, { type: value, unit: '' })
        }
        expect(name).toBe(current)
        if (what === 'UNIT') expect(name.endsWith(`_${value}`), line).toBe(true)
        return []
      }
      const [, name = '', list = '', value = ''] = SAMPLE.exec(line) ?? []
      expect(name, `a sample of ${current}: ${line}`).toBe(
        families.get(current)?.type === 'info' ? `${current}_info` : current,
      )
      const labels = readLabels(list)
      const key = `${name}{${[...labels].join(';')}}`
      expect(seen.has(key), `${key} is there once`).toBe(false)
      seen.add(key)
      if (name.endsWith('_info')) expect(value).toBe('1')
      return [{ name, labels, value: Number(value) }]
    })
}

function readLabels(list: string): Map<string, string> {
  const labels = new Map<string, string>()
  for (LABELS.lastIndex = 0; LABELS.lastIndex < list.length;) {
    const [, name = '', value = ''] = LABELS.exec(list) ?? []
    expect(name, `the labels ${list}`).not.toBe('')
    expect(labels.has(name)).toBe(false)
    labels.set(
      name,
      value.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter)),
    )
  }
  return labels
}
