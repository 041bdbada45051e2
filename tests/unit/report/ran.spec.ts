import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { CLUSTERS } from '../../../lib/config/option.ts'
import { renderRan } from '../../../lib/matrix/ran-table.ts'
import { replaceBetween } from '../../../lib/matrix/table.ts'
import { addRan, parseRan, ranOf, type Ran } from '../../../lib/report/ran.ts'
import { writeResults } from '../../../lib/report/results.ts'
import { recordRan } from '../../../lib/runner/ran.ts'
import { drawScenario } from '../../../lib/simulation/scenario.ts'
import { writeSimulation } from '../../../lib/simulation/events.ts'
import type { Summary } from '../../../lib/verdict/summarise.ts'
import { inFolder } from '../in-folder.ts'

const docs = (file: string): string => readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8')

const entry = (over: Partial<Ran> = {}): Ran => ({
  ...{ tool: 'velero', mesh: 'istio', provider: 'embedded', run: '2026-11-29T10-00-00', date: '2026-11-29' },
  ...{ versions: { kubernetes: 'v1.36.3', velero: 'v1.18.3' }, verdicts: { pass: 4, fail: 0, inconclusive: 1 } },
  ...over,
})

const summaryOf = (drills: object[], run: object = {}): Summary =>
  ({
    run: {
      ...{ id: 'r', provider: 'embedded', startedAt: Date.parse('2026-11-29T23:59:00Z') },
      components: {
        kubernetes: { version: 'v1' },
        velero: { version: 'v2' },
        istio: { version: 'v3' },
        k6: { version: 'v4' },
      },
      ...run,
    },
    drills,
  }) as unknown as Summary

test('a run is recorded by tool and mesh, with its day, its versions and its verdicts, and without skipped drills', () => {
  const drill = (tool: string, verdict: string) => ({ tool, mesh: 'istio', verdict })
  const drills = [drill('velero', 'pass'), drill('velero', 'fail'), drill('kasten', 'skipped'), drill('velero', 'pass')]
  expect(ranOf(summaryOf(drills))).toEqual([
    {
      ...{ tool: 'velero', mesh: 'istio', provider: 'embedded', run: 'r', date: '2026-11-29' },
      versions: { kubernetes: 'v1', velero: 'v2', istio: 'v3' },
      verdicts: { pass: 2, fail: 1, inconclusive: 0 },
    },
  ])
})

test('a merged run is not recorded, because it does not say where each drill ran', () => {
  expect(() => ranOf(summaryOf([], { merged: { runs: [], told: [] } }))).toThrow('run "r" was merged of others. Next:')
})

test('a newer run replaces an older one of its tool, mesh and provider, an older one replaces none, and others stay', () => {
  const newer = entry({ run: '2026-11-29T12-00-00', verdicts: { pass: 1, fail: 0, inconclusive: 0 } })
  const other = entry({ provider: 'kind' })
  expect(addRan([entry(), other], [newer])).toEqual([newer, other])
  expect(addRan([newer, other], [entry()])).toEqual([newer, other])
})

test('the table says what ran, what runs where something is given, and what cannot run and why', () => {
  const lines = renderRan([entry()], CLUSTERS).split('\n')
  const row = (tool: string, mesh: string) => lines.find((line) => line.startsWith(`| ${tool} | ${mesh} |`))
  expect(row('Velero', 'Istio')).toBe(
    '| Velero | Istio | **ran** 2026-11-29: 4 pass, 1 inconclusive (kubernetes v1.36.3, velero v1.18.3) | can run; no run is recorded | can run; no run is recorded |',
  )
  expect(row('Velero', 'Linkerd')).toBe(
    '| Velero | Linkerd | cannot: only public registries have Linkerd | can run where public registries are reached (Linkerd); no run is recorded | can run where public registries are reached (Linkerd); no run is recorded |',
  )
  expect(row('Velero', 'Consul')).toBe(
    '| Velero | Consul | can run; no run is recorded | can run where you give the images of Consul; no run is recorded | can run where you give the images of Consul; no run is recorded |',
  )
  expect(row('Kasten K10', 'no mesh')).toContain(
    '| cannot: only public registries have Kasten K10 | can run where public registries are reached (Kasten K10) and you give `k10Eula`; no run is recorded |',
  )
})

test('the table of what ran is made of the record: npm run docs writes it', async () => {
  const page = docs('matrix.md')
  expect(await replaceBetween(page, 'ran', renderRan(parseRan(docs('ran.json')), CLUSTERS))).toBe(page)
})

test('a simulated run is no record of what ran, and the same facts on a cluster are', () =>
  inFolder(async (folder) => {
    await writeSimulation(join(folder, 'events.jsonl'), [drawScenario(1)])
    writeResults(folder)
    const file = join(folder, 'ran.json')
    writeFileSync(file, '[]\n')
    await expect(recordRan(folder, file)).rejects.toThrow(
      'was on "simulated", which is no cluster. Next: choose a run on',
    )
    const summary = join(folder, 'summary.json')
    const text = readFileSync(summary, 'utf8')
    writeFileSync(summary, text.replace('"provider": "simulated"', '"provider": "embedded"'))
    await expect(recordRan(folder, file)).rejects.toThrow('drilled nothing: every drill was skipped, or was a control')
    const real = text.replaceAll('"tool": "simulated"', '"tool": "velero"')
    writeFileSync(summary, real.replace('"provider": "simulated"', '"provider": "embedded"'))
    await recordRan(folder, file)
    expect(parseRan(readFileSync(file, 'utf8'))).toMatchObject([{ tool: 'velero', provider: 'embedded' }])
  }))
