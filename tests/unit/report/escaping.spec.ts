import { expect, test } from '@playwright/test'
import type { Fact } from '../../../lib/record/facts.ts'
import { renderDrill, renderFigures } from '../../../lib/report/page/drill.ts'
import { renderHead, renderTail } from '../../../lib/report/page/page.ts'
import { drawTimeline } from '../../../lib/report/pictures/timeline.ts'
import { controlName } from '../../../lib/verdict/flaws.ts'
import type { DrillResult } from '../../../lib/verdict/result.ts'
import { summarise, type Summary } from '../../../lib/verdict/summarise.ts'
import { rankTools } from '../../../lib/verdict/ranking/ranking.ts'
import { buildDrill, buildRun, change } from '../verdict/facts-builder.ts'
import { buildResult, repeat } from '../verdict/ranking/builder.ts'

const HOSTILE = `<script>alert(1)</script>&"'`
const ESCAPED = '&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;'

/** Names by which the report looks something up. Everything else can be any text. */
const LOOKED_UP = new Set([
  'verdict',
  'metric',
  'criterion',
  'condition',
  'code',
  'question',
  'moment',
  'kind',
  'provider',
])

/** The same value, with a hostile end to each text in it and to each name in a list of components. */
function poison(value: unknown, path: string[] = []): unknown {
  if (typeof value === 'string' && path.at(-1) === 'rival')
    return value
      .split('/')
      .map((name) => name + HOSTILE)
      .join('/')
  if (typeof value === 'string') return value + HOSTILE
  if (Array.isArray(value)) return value.map((one) => poison(one, path))
  if (typeof value !== 'object' || value === null) return value
  const rename = path.at(-1) === 'components' ? (name: string) => name + HOSTILE : (name: string) => name
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      rename(name),
      LOOKED_UP.has(name) ? one : poison(one, [...path, name]),
    ]),
  )
}

/** A run with everything that the page can show. */
function buildSummary(): Summary {
  const summary = summarise({ facts: buildRun(), torn: [] })
  const [drill] = summary.drills
  if (drill === undefined) throw new Error('the run has no drill')
  const found = { kind: 'lost', file: 'segment', offset: 1, detail: 'not there' } as const
  const slow = { question: 'rto', verdict: 'fail', code: 'rto.over-objective-at-least', reason: 'too slow' } as const
  const full: DrillResult = {
    ...drill,
    reasons: ['RTO exceeds'],
    rtoMs: null,
    parts: drill.parts.map((part) => (part.question === 'rto' ? slow : part)),
    integrity: { objects: 1, bytes: 1, findings: [found] },
    meshState: { equal: false, differences: ['a route is gone'], notOffered: [] },
    evidence: { ...drill.evidence, notes: ['a note'] },
  }
  const control = { ...drill, tool: controlName('flips-bits'), id: 'control', fault: 'control' }
  const effort = {
    configuration: [{ what: 'a Secret', lines: 9 }],
    firstBackup: ['kubectl apply'],
    restore: ['kubectl delete'],
    source: 'a.ts',
  }
  const ranked = [...repeat('slow', 10, { rtoMs: 30_000 }), ...repeat('fast', 10, { rtoMs: 20_000 })]
  const facts = { tool: 'fast', strategy: 'copy', manifests: null, effort, installMs: [1] }
  const part = { seed: 1, kubernetes: 'v1', nodes: 1, machine: null, startedAt: 0, durationMs: null, drills: 2 }
  return {
    ...summary,
    run: {
      ...summary.run,
      merged: {
        runs: ['embedded', 'kind'].map((provider) => ({ ...part, id: provider, provider })),
        told: ['a difference'],
      },
    },
    drills: [full, { ...full, strategy: 'other' }, { ...full }, control],
    ranking: [...rankTools([buildResult('a', 0, {}), buildResult('b', 0, {})]), ...rankTools(ranked, [facts])],
  }
}

/** Everything that the page shows but pictures, without the places at which a long name may break. */
function render(summary: Summary): string {
  const unreadable = { lines: [{ line: 1, why: `no JSON${HOSTILE}` }], drills: [`d${HOSTILE}`] }
  return [
    renderHead(summary, unreadable as Parameters<typeof renderHead>[1]),
    ...summary.drills.flatMap((drill, index) => [renderDrill(drill, index, ''), renderFigures(drill)]),
    renderTail(summary.run),
  ]
    .join('\n')
    .replaceAll('<wbr />', '')
    .replace(/<svg[^]*?<\/svg>/g, '')
}

/** The data of the page's script, which is JSON and no HTML. */
const DATA = /<script type="application\/json" id="\w+">([^]*?)<\/script>/g

const count = (text: string, part: string) => text.split(part).length - 1

test('each text from outside is escaped everywhere on the page', () => {
  const clean = render(buildSummary())
  const whole = render(poison(buildSummary()) as Summary)
  const page = whole.replace(DATA, '')
  const data = [...whole.matchAll(DATA)].map(([, json = '']) => json)
  expect(data).not.toEqual([])
  for (const json of data) {
    expect(json).not.toContain('<')
    expect(JSON.stringify(JSON.parse(json))).toContain('<script>alert(1)')
  }
  // Where nothing is escaped, or escaped twice, these do not hold.
  expect(count(page, ESCAPED)).toBeGreaterThan(100)
  const rest = page.replaceAll(ESCAPED, '')
  expect(rest).not.toContain('alert(1)')
  // What hostile texts are shown in has the same tags as what harmless texts are shown in.
  const tags = (text: string) => text.replace(DATA, '').match(/<[^>]*>/g)
  expect(tags(rest)).toEqual(tags(clean.replaceAll(ESCAPED, '')))
})

test('the page of a hostile run shows each kind of text that it can show', () => {
  const page = render(buildSummary())
  for (const part of [
    'What became of the service',
    'Why drills did not pass',
    '<td>not measured<small>too slow</small></td>',
    'Which strategy is better?',
    'What was measured, fault by fault',
    'Simplicity, counted',
    'does by hand',
    'The ranking shows no order',
    'Every drill',
    'The same drills on several clusters',
    'Controls: tools that are broken on purpose',
    'No pass of this run can be relied on',
    'Merged of 2 runs',
    'could not be read',
    'Figures',
    'What the verdict is made of',
    'Findings',
    'Notes',
    'Components',
  ])
    expect(page, part).toContain(part)
})

test('the name of a fault is escaped in the picture of its drill', () => {
  const rename = <F extends Fact>(fact: F): F => ({ ...fact, fault: `a${HOSTILE}` })
  const facts = change(change(buildDrill(), 'fault.observed', rename), 'fault.requested', rename)
  const picture = drawTimeline(facts)
  expect(picture).toContain('a&lt;script&gt;')
  expect(picture).not.toContain('<script')
})
