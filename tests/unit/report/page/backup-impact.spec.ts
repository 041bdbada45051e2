import { expect, test } from '@playwright/test'
import { renderBackupImpact } from '../../../../lib/report/page/backup-impact.ts'
import type { Answers } from '../../../../lib/verdict/backup-impact.ts'
import { repeat } from '../../verdict/ranking/builder.ts'

const answers = (p99Ms: number, failed = 0): Answers => ({ writes: 200, failed, p50Ms: 4, p99Ms })

const textOf = (count: number, during: Answers) => {
  const drills = repeat('restic', count, {}).map((drill, index) => ({
    ...drill,
    evidence: { ...drill.evidence, backupImpact: { before: answers(10 + index / 10), during } },
  }))
  return String(renderBackupImpact(drills) ?? '')
    .replace(/<[^>]*>|\s+/g, ' ')
    .replace(/ +/g, ' ')
}

test('a slower answer during the backup is shown with intervals where there are enough drills', () => {
  const text = textOf(8, answers(30, 20))
  expect(text).toMatch(/restic\/copy, istio, ledger 99 % of answers within 10 ms .* n = 8 30 ms .* n = 8 .* more p =/)
  expect(text).toMatch(/writes without a 2xx 0 % .* 10 % .* more/)
  expect(text).toMatch(/median answer 4 ms .* ~ /)
})

test('with few drills no difference is claimed, and the number of drills is beside each figure', () => {
  expect(textOf(2, answers(30))).toMatch(/99 % of answers within 10 ms, n = 2 30 ms, n = 2 ~ n too small/)
})

test('a run in which no drill shows it has no such section', () => {
  expect(renderBackupImpact(repeat('restic', 8, {}))).toBeNull()
})
