import { expect, test } from '@playwright/test'
import type { Finding, LossMeasure } from '../../../../lib/record/facts.ts'
import { renderIntegrity, renderUnsynced } from '../../../../lib/report/page/drill/data.ts'
import { judgeDrill } from '../../../../lib/verdict/judge.ts'
import { buildDrill, change } from '../../verdict/facts-builder.ts'

const lossIs = (loss: LossMeasure) => change(buildDrill('a.0'), 'drill.planned', (fact) => ({ ...fact, loss }))

test('the report says how much a power cut may lose of a service that acknowledges before it syncs', () => {
  expect(String(renderUnsynced(lossIs({ by: 'writes', unsyncedMs: 1000 })))).toContain('up to 1 s before it is on the')
})

test('the report says nothing of power cuts for a service that syncs before it acknowledges', () => {
  expect(renderUnsynced(lossIs({ by: 'writes' }))).toBeNull()
  expect(renderUnsynced(lossIs({ by: 'files' }))).toBeNull()
})

const pageOf = (findings: Finding[]): string => {
  const facts = change(buildDrill('a.0'), 'integrity.checked', (fact) => ({
    ...fact,
    check: { ...fact.check, findings },
  }))
  return String(renderIntegrity(judgeDrill(facts)))
}
const finding = { kind: 'flipped', file: 'base/5/1', offset: 0, detail: 'page 0' } as const

test('the table of findings names the check that found each, where a service has several checks', () => {
  expect(pageOf([{ ...finding, check: 'balances' }, finding])).toMatch(
    /Found by[^]*balances[^]*comparison with the writes/,
  )
  expect(pageOf([finding])).not.toContain('Found by')
})
