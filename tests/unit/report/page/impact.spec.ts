import { expect, test } from '@playwright/test'
import { renderImpact } from '../../../../lib/report/page/impact.ts'
import { type Measured, repeat } from '../../verdict/ranking/builder.ts'

const drillsOf = (mesh: string, count: number, measured: Measured = {}) =>
  repeat('restic', count, measured).map((drill) => ({ ...drill, mesh, id: `${drill.id}.${mesh}` }))
const textOf = (drills: ReturnType<typeof drillsOf>) =>
  String(renderImpact(drills))
    .replace(/<[^>]*>|\s+/g, ' ')
    .replace(/ +/g, ' ')

test('what a mesh costs against none is shown with intervals where there are enough drills', () => {
  const text = textOf([...drillsOf('none', 8), ...drillsOf('istio', 8, { rtoMs: 30_000 })])
  expect(text).toContain('istio against none')
  expect(text).toMatch(
    /RTO 25\.1 s \(25\.0 s–25\.2 s\), n = 8 30\.1 s \(30\.0 s–30\.2 s\), n = 8 \+19 % to \+21 % more p =/,
  )
  expect(text).toMatch(/backup time .* ~ no difference is shown/)
})

test('with few drills the impact of a mesh is not claimed, and the number of drills is beside each figure', () => {
  const text = textOf([...drillsOf('none', 2), ...drillsOf('istio', 2, { rtoMs: 60_000 })])
  expect(text).toMatch(/RTO 25\.0 s, n = 2 60\.0 s, n = 2 ~ n too small/)
})

test('a run with one mesh says why the impact is not known, and which command would show it', () => {
  expect(textOf(drillsOf('istio', 2))).toContain(
    'Not known: All drills that count ran with mesh istio, and the impact is a difference to none. Next: MESHDRILL_MESH=none npx playwright test',
  )
})
