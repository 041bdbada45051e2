import { expect, test } from '@playwright/test'
import { compareBy } from '../../../../lib/report/ranking/aspects.ts'
import { describeRun } from '../../../../lib/report/page/first/verdict.ts'
import { rankTools } from '../../../../lib/verdict/ranking/ranking.ts'
import { buildResult, loseData, repeat } from '../../verdict/ranking/builder.ts'

const slow = repeat('slow', 10, { rtoMs: 30_000 })
const fast = repeat('fast', 10, { rtoMs: 20_000 })

test('a strategy that is faster in the ranking is the answer for speed, with its figures', () => {
  expect(compareBy('rtoMs', rankTools([...slow, ...fast]))).toEqual({
    metric: 'rtoMs',
    kind: 'shown',
    strategies: ['fast/copy'],
    detail: '20.1 s against 30.1 s (slow/copy) on volume-loss (istio, ledger); shown on 1 of 1 fault',
  })
})

test('a difference that may be chance gives no answer, and the lowest figure is named as observed', () => {
  const ranking = rankTools([buildResult('a', 0, { rtoMs: 9000 }), buildResult('b', 0, { rtoMs: 20_000 })])
  expect(compareBy('rtoMs', ranking)).toEqual({
    metric: 'rtoMs',
    kind: 'not shown',
    strategies: [],
    detail: 'least seen: 9.0 s, a/copy on volume-loss (istio, ledger), n = 1',
  })
})

test('strategies that are better on different faults give no answer, because it depends on the fault', () => {
  const ranking = rankTools([
    ...[...slow, ...fast],
    ...repeat('slow', 10, { fault: 'ransomware', rtoMs: 10_000 }).map((drill) => ({ ...drill, id: `${drill.id}.r` })),
    ...repeat('fast', 10, { fault: 'ransomware', rtoMs: 20_000 }).map((drill) => ({ ...drill, id: `${drill.id}.r` })),
  ])
  const { kind, strategies, detail } = compareBy('rtoMs', ranking)
  expect({ kind, strategies }).toEqual({ kind: 'mixed', strategies: [] })
  expect(detail).toContain('slow/copy on ransomware')
  expect(detail).toContain('fast/copy on volume-loss')
})

test('strategies that share no fault are not compared', () => {
  const ranking = rankTools([...slow, ...repeat('fast', 10, { fault: 'ransomware' })])
  expect(compareBy('rtoMs', ranking)).toMatchObject({
    kind: 'alone',
    detail: 'no fault was drilled with two strategies',
  })
})

test('the summary of a run names the first place only if the ranking shows an order', () => {
  const drills = [...slow, ...fast]
  expect(describeRun({ drills, ranking: rankTools(drills) })).toBe(
    '20 of 20 backup drills passed; fast/copy ranks first of 2.',
  )
  const [one, other] = [slow, fast].map((all) => all.slice(0, 1))
  const once = [...(one ?? []), ...(other ?? [])]
  expect(describeRun({ drills: once, ranking: rankTools(once) })).toBe(
    '2 of 2 backup drills passed; no tool is shown to be better than the others.',
  )
  const lossy = repeat('lossy', 10, {}).map(loseData)
  expect(describeRun({ drills: [...fast, ...lossy], ranking: rankTools([...fast, ...lossy]) })).toBe(
    '10 of 20 backup drills passed, 10 failed; fast/copy ranks first of 2.',
  )
})
