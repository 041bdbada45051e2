import { expect, test } from '@playwright/test'
import type { LossMeasure } from '../../../lib/record/facts.ts'
import { columns } from '../../../lib/report/columns.ts'
import { renderFigures } from '../../../lib/report/page/drill.ts'
import { describeIntegrity } from '../../../lib/report/ranking/words.ts'
import type { DrillResult } from '../../../lib/verdict/result.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { measureLoss } from '../../../lib/verdict/loss.ts'
import { measureRpo, measureRto } from '../../../lib/verdict/ranking/metrics.ts'
import { measureIntegrity } from '../../../lib/verdict/ranking/data.ts'
import { rankTools } from '../../../lib/verdict/ranking/ranking.ts'
import { buildCheck, buildDrill, buildWrites, change, createRandom } from './facts-builder.ts'
import { writer } from './history/builder.ts'
import { editing, describePart } from './parts.ts'

const measuring = (loss: LossMeasure) => editing('drill.planned', { loss })(buildDrill())
const reason = 'nothing counts the writes of this application'
const write = writer(9000)

test('in random histories counted in files, exactly the files without their newest acknowledged content are lost', () => {
  const wrong: object[] = []
  for (let seed = 0; seed < 1000; seed++) {
    const draw = createRandom(seed)
    const writes = Array.from({ length: 60 }, (_, index) => {
      const sentMs = 6000 + index * 100
      return write(index + 1, Math.floor(draw() * 8), draw() < 0.8 ? sentMs + draw() * 50 : null, sentMs)
    })
    const truth = { acknowledged: 0, lost: 0 }
    const slots = [...new Set(writes.map(({ slot }) => slot))].map((slot): [number, number] => {
      const history = writes.filter((each) => each.slot === slot)
      const kept = draw() < 0.5 ? history.length : Math.floor(draw() * (history.length + 1))
      const isAcknowledged = ({ acknowledgedMs }: { acknowledgedMs: number | null }) => acknowledgedMs !== null
      if (history.some(isAcknowledged)) truth.acknowledged++
      if (history.slice(kept).some(isAcknowledged)) truth.lost++
      return [slot, history[kept - 1]?.sequence ?? -1]
    })
    const { acknowledged, lost } = measureLoss(writes, { slots }, 20_000, [10_000, 10_100], null, 0, 'files')
    if (acknowledged !== truth.acknowledged || lost !== truth.lost) wrong.push({ seed, truth, acknowledged, lost })
  }
  expect(wrong).toEqual([])
})

test('a file that lost several writes is one lost file, as old as the first write that it lost', () => {
  const writes = [write(1, 0, 7000), write(2, 0, 8000), write(3, 0, 9000), write(4, 1, 9500)]
  const slots: [number, number][] = [
    [0, 1],
    [1, 4],
  ]
  const loss = (by: 'writes' | 'files') => measureLoss(writes, { slots }, 20_000, [10_000, 10_100], null, 0, by)
  expect(loss('files')).toMatchObject({ by: 'files', acknowledged: 2, lost: 1, oldestLostMs: 2000, problem: null })
  expect(loss('writes')).toMatchObject({ by: 'writes', acknowledged: 4, lost: 2, oldestLostMs: 2000, problem: null })
})

test('a workload that counts files is judged by files, and the report says so', () => {
  const facts = measuring({ by: 'files' })
  const files = new Set(buildWrites().flatMap(({ slot, acknowledgedMs }) => (acknowledgedMs === null ? [] : [slot])))
  expect(describePart(facts, 'rpo')).toBe(`pass: 0 of ${files.size} acknowledged files lost`)
  const result = judgeDrill(facts)
  expect(result).toMatchObject({ verdict: 'pass', rpo: { acknowledged: files.size, lost: 0 } })
  expect(String(renderFigures(result))).toContain(`0 of ${files.size} files lost`)
})

test('a workload that cannot measure loss has no RPO, gives the reason, and is judged by all other questions', () => {
  const facts = measuring({ by: 'none', reason })
  const result = judgeDrill(facts)
  expect(result.rpo).toBeNull()
  expect(result.parts).toContainEqual({
    question: 'rpo',
    verdict: 'pass',
    code: 'rpo.not-measurable',
    reason: `not measured: ${reason}`,
  })
  expect(result.verdict, result.reasons.join('\n')).toBe('pass')
  expect(result.parts.map(({ question }) => question)).not.toContain('point-in-time')
  expect(String(renderFigures(result))).toContain(`not measured: ${reason}`)
  expect(columns.find(({ title }) => title === 'RPO')?.text(result)).toBe(`not measured: ${reason}`)
})

test('a workload that cannot measure loss fails if wrong data is read back', () => {
  const findings = [{ kind: 'flipped' as const, file: 'a', offset: 0, detail: 'a byte differs' }]
  const facts = change(measuring({ by: 'none', reason }), 'integrity.checked', (fact) =>
    fact.phase === 'after-restore' ? { ...fact, check: buildCheck({ findings }) } : fact,
  )
  expect(judgeDrill(facts)).toMatchObject({ verdict: 'fail', rpo: null })
})

test('the ranking uses the RTO of a workload that cannot measure loss, but no RPO and no loss count', () => {
  const result = judgeDrill(measuring({ by: 'none', reason }))
  expect(measureRpo(result)).toBeNull()
  expect(measureIntegrity([result])).toMatchObject({ whole: 0, lost: 0, unknown: 1, lostWrites: null, lostFiles: null })
  expect(measureRto(result)).toEqual(result.rtoMs)
  expect(result.rtoMs).not.toBeNull()
})

test('an older run, which does not record what its workload measures, is judged by writes', () => {
  expect(judgeDrill(buildDrill()).evidence.loss?.by).toBe('writes')
})

test('the ranking counts lost files separately from lost writes, and names what it counted', () => {
  const [writes, files] = [judgeDrill(buildDrill()), judgeDrill(measuring({ by: 'files' }))]
  expect(measureIntegrity([writes])).toMatchObject({ lostWrites: 0, lostFiles: null })
  expect(measureIntegrity([files])).toMatchObject({ lostWrites: null, lostFiles: 0 })
  const describe = (results: DrillResult[]) => rankTools(results).flatMap(describeIntegrity).join('; ')
  expect(describe([files])).toContain('0 files lost')
  expect(describe([writes, { ...files, id: 'other' }])).toContain('0 writes and 0 files lost')
})
