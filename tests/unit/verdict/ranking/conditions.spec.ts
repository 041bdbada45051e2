import { expect, test } from '@playwright/test'
import { findCandidates, nameCondition } from '../../../../lib/verdict/ranking/candidates.ts'
import { repeat } from './builder.ts'

test('drills of one fault at different moments are not compared', () => {
  const atRest = repeat('tool', 3, {})
  const later = repeat('tool', 3, {}).map((drill) => ({ ...drill, moment: 'during-restore' as const }))
  const rows = findCandidates([...atRest, ...later])[0]?.rows ?? []
  expect(rows.map(({ condition, drills }) => [nameCondition(condition), drills.length])).toEqual([
    ['volume-loss during the restore (istio, ledger)', 3],
    ['volume-loss (istio, ledger)', 3],
  ])
})
