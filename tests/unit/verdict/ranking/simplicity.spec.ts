import { expect, test } from '@playwright/test'
import type { RunFact, UserEffort } from '../../../../lib/record/facts.ts'
import {
  compareSimplicity,
  gatherSimplicity,
  rubric,
  type SimplicityFacts,
} from '../../../../lib/verdict/ranking/simplicity.ts'

const small: SimplicityFacts = {
  tool: 'small',
  strategy: 'copy',
  manifests: { objects: 3, definitions: 0, images: 1, privilegedPods: 0, permissions: 6, unboundedGrants: 0 },
  effort: {
    configuration: [
      { what: 'a CronJob', lines: 30 },
      { what: 'a Secret', lines: 8 },
    ],
    firstBackup: ['Write the CronJob.', 'Create a Job from it.'],
    restore: ['Write a Job that restores.', 'Scale the service down.', 'Run the Job.'],
    source: 'small.ts',
  },
  installMs: [],
}
const large: SimplicityFacts = {
  tool: 'large',
  strategy: 'copy',
  manifests: { objects: 30, definitions: 13, images: 1, privilegedPods: 1, permissions: 0, unboundedGrants: 1 },
  effort: { configuration: [], firstBackup: ['Create a Backup.'], restore: ['Create a Restore.'], source: 'large.ts' },
  installMs: [9000],
}
const countsOf = (own: SimplicityFacts, ...others: SimplicityFacts[]) =>
  Object.fromEntries(
    compareSimplicity(own, [own, ...others]).counts.map(({ criterion, count, rank, of }) => [
      criterion,
      [count, rank, of],
    ]),
  )

test('a tool is counted and ranked by each criterion separately', () => {
  expect(countsOf(small, large)).toEqual({
    objects: [3, 1, 2],
    definitions: [0, 1, 2],
    images: [1, 1, 2],
    privilegedPods: [0, 1, 2],
    permissions: [6, 2, 2],
    unboundedGrants: [0, 1, 2],
    configurationLines: [38, 2, 2],
    backupSteps: [2, 2, 2],
    restoreSteps: [3, 2, 2],
    installMs: [null, null, 1],
  })
  expect(countsOf(large, small)).toMatchObject({ objects: [30, 2, 2], images: [1, 1, 2], installMs: [9000, null, 1] })
  expect(rubric.map(({ name }) => name)).toEqual(Object.keys(countsOf(small)))
})

test('a tool has no rank if it is alone or its count is not known', () => {
  expect(countsOf(small).objects).toEqual([3, null, 1])
  const unknown: SimplicityFacts = { ...small, tool: 'unknown', manifests: null, effort: null }
  expect(countsOf(unknown, small, large)).toMatchObject({ objects: [null, null, 2], backupSteps: [null, null, 2] })
  expect(countsOf(large, small, unknown).objects).toEqual([30, 2, 2])
})

test('equal tools share a rank, and the next rank counts all of them', () => {
  const middle = { ...small, tool: 'middle' }
  expect(countsOf(small, middle, large).objects).toEqual([3, 1, 3])
  expect(countsOf(large, middle, small).objects).toEqual([30, 3, 3])
})

test('the install time ranks only by a shown difference', () => {
  const times = (from: number, many: number) => Array.from({ length: many }, (_, index) => from + index)
  const [fast, slow] = [
    { ...small, installMs: times(1000, 8) },
    { ...large, installMs: times(2000, 8) },
  ]
  expect([countsOf(fast, slow).installMs, countsOf(slow, fast).installMs]).toEqual([
    [1003.5, 1, 2],
    [2003.5, 2, 2],
  ])
  const alike = { ...large, installMs: times(1001, 8) }
  expect([countsOf(fast, alike).installMs?.[1], countsOf(alike, fast).installMs?.[1]]).toEqual([1, 1])
  const once = { ...large, installMs: [2000] }
  expect([countsOf(fast, once).installMs, countsOf(once, fast).installMs]).toEqual([
    [1003.5, null, 2],
    [2000, null, 2],
  ])
})

test('strategies of one tool share its installation but not the user effort, and an existing tool has no install time', () => {
  const { manifests } = large
  const effort = (source: string): UserEffort => ({ configuration: [], firstBackup: [], restore: [], source })
  const ready = (
    tool: string,
    strategy: string,
    changes: Partial<Extract<RunFact, { kind: 'run.tool' }>> = {},
  ): RunFact => {
    const there = { installMs: null, manifests: null }
    return { kind: 'run.tool', at: 1, tool, strategy, version: 'v1', effort: effort(strategy), ...there, ...changes }
  }
  const facts = [
    ready('velero', 'files', { installMs: 9000, manifests }),
    ready('velero', 'snapshots'),
    ready('velero', 'files', { effort: effort('files, later') }),
    ready('velero', 'snapshots', { installMs: 8000, manifests }),
    ready('kept', 'files'),
  ]
  expect(gatherSimplicity([{ kind: 'run.ended', at: 2 }, ...facts])).toEqual([
    { tool: 'velero', strategy: 'files', manifests, installMs: [9000, 8000], effort: effort('files, later') },
    { tool: 'velero', strategy: 'snapshots', manifests, installMs: [9000, 8000], effort: effort('snapshots') },
    { tool: 'kept', strategy: 'files', manifests: null, installMs: [], effort: effort('files') },
  ])
  expect(gatherSimplicity([])).toEqual([])
})
