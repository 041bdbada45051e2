import { expect, test } from '@playwright/test'
import { findShared, describeShared } from '../../../lib/report/clusters.ts'
import { renderShared } from '../../../lib/report/page/page.ts'
import { mergeRuns, writeMerged } from '../../../lib/report/merge/merge.ts'
import { openSource } from '../../../lib/report/merge/source.ts'
import { writeResults } from '../../../lib/report/results.ts'
import type { DrillFact, Fact } from '../../../lib/record/facts.ts'
import { summarise } from '../../../lib/verdict/summarise.ts'
import { buildDrill, buildRun, change } from '../verdict/facts-builder.ts'
import { newFolder } from '../in-folder.ts'
import { writeRun } from './merge/write-run.ts'

const drillOf = (tool: string): DrillFact[] =>
  change(buildDrill(`${tool}.0`), 'drill.planned', (fact) => ({ ...fact, axes: { ...fact.axes, tool } }))

const runOn = (provider: string, id: string, drills: DrillFact[]): Fact[] =>
  buildRun(drills).map((fact) => (fact.kind === 'run.started' ? { ...fact, run: { ...fact.run, id, provider } } : fact))

const mergedOf = (...runs: [provider: string, drills: DrillFact[]][]) => {
  const folders = runs.map(([provider, drills], index) => writeRun(runOn(provider, `${provider}-${index}`, drills)))
  const sources = folders.map(openSource).filter((source) => typeof source !== 'string')
  const merged = newFolder()
  writeMerged(mergeRuns(sources), 'merged', merged)
  for (const { events } of sources) events.close()
  return writeResults(merged)
}

/** Its backup ended so much earlier. */
const faster = (facts: DrillFact[], byMs: number): DrillFact[] =>
  change(facts, 'backup.ended', (fact) => ({
    ...fact,
    operation: { ...fact.operation, endedMs: (fact.operation.endedMs ?? 0) - byMs },
  }))

test('drills on clusters of several providers are shown side by side, with their relative durations', () => {
  const velero = drillOf('velero')
  const summary = mergedOf(['embedded', [...velero, ...drillOf('restic')]], ['kind', faster(velero, 500)])
  expect(findShared(summary).map((row) => row.map(({ provider, drill }) => [provider, drill.tool]))).toEqual([
    [
      ['embedded', 'velero'],
      ['kind', 'velero'],
    ],
  ])
  expect(describeShared(summary)).toBe('1 drill ran on embedded and kind: each came out alike')
  const [first = 0, second = 0] = findShared(summary)[0]?.map(({ drill }) => drill.backup?.durationMs ?? 0) ?? []
  expect(first - second).toBe(500)
  const page = String(renderShared(summary))
  expect(page).toContain(`(× ${(second / first).toFixed(2)})`)
  expect(page).not.toContain('restic')
})

test('a drill with different verdicts is named', () => {
  const velero = drillOf('velero')
  const unseen = velero.filter(({ kind }) => kind !== 'fault.observed')
  expect(describeShared(mergedOf(['embedded', velero], ['kind', unseen]))).toMatch(
    /^1 drill ran on embedded and kind, and came out differently: velero\/\S+ × /,
  )
})

test('drills of one provider, or of a run that was not merged, have no comparison', () => {
  const velero = drillOf('velero')
  expect(describeShared(mergedOf(['embedded', velero], ['embedded', velero]))).toBe(null)
  const alone = summarise({ facts: runOn('embedded', 'one', velero), torn: [] })
  expect(describeShared(alone)).toBe(null)
  expect(renderShared(alone)).toBe(null)
})

test('clusters are not compared if the run does not record where each drill ran', () => {
  const velero = drillOf('velero')
  const summary = mergedOf(['embedded', velero], ['kind', velero])
  expect(findShared({ ...summary, drills: summary.drills.slice(1) })).toEqual([])
})
