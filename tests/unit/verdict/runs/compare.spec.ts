import { expect, test } from '@playwright/test'
import { findCourses } from '../../../../lib/verdict/runs/change-points.ts'
import { type Compared, comparePairs } from '../../../../lib/verdict/runs/compare.ts'
import type { DrillResult } from '../../../../lib/verdict/result.ts'
import { repeat } from '../ranking/builder.ts'

const values = new Map<DrillResult, number>()
const figure: Compared = { label: 'RTO', read: (drill) => values.get(drill) ?? null, format: String }

/** Seven drills, which is the least for a claim. Their values are so many units above 1 to 7. */
function drillsAbove(shift: number): DrillResult[] {
  const drills = repeat('restic', 7, {})
  for (const [index, drill] of drills.entries()) values.set(drill, shift + index + 1)
  return drills
}

const pair = (row: string, shift: number) => ({ row, before: drillsAbove(0), after: drillsAbove(shift) })
const others = (count: number) => Array.from({ length: count }, (_, index) => pair(`other ${index}`, 0))
const verdictsOf = (count: number) => {
  const changes = comparePairs([pair('changed', 100), ...others(count)], [figure])
  return changes.map(({ verdict }) => verdict)
}

test('a change that one comparison shows is not claimed among twenty, where chance alone may bring it', () => {
  expect(verdictsOf(0)).toEqual(['worse'])
  expect(verdictsOf(19)).toEqual(Array.from({ length: 20 }, () => '~'))
})

test('a change since a run that one row shows is not claimed among twenty rows', () => {
  const changesOf = (count: number) => {
    const pairs = [pair('changed', 100), ...others(count)]
    const rows = new Map(pairs.flatMap(({ row, before, after }) => [...before, ...after].map((drill) => [drill, row])))
    const runs = [pairs.flatMap(({ before }) => before), pairs.flatMap(({ after }) => after)]
    return findCourses(runs, (drill) => rows.get(drill) ?? '', [figure]).filter(({ change }) => change !== null)
  }
  expect(changesOf(0)).toHaveLength(1)
  expect(changesOf(19)).toEqual([])
})
