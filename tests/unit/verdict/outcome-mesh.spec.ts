import { expect, test } from '@playwright/test'
import { compareMeshStates } from '../../../lib/verdict/mesh.ts'
import { drop, type Edit, meshing } from './fact-edits.ts'
import { change, faultMs, meshState, startMs } from './facts-builder.ts'
import { repeating, testPart } from './parts.ts'

const same = 'pass: as before the fault'
const unseen = (when: string) => `inconclusive: the state of the mesh ${when} the fault was not seen`
const without = (...differences: string[]) => `fail: the mesh is not as before the fault: ${differences.join('; ')}`
const lookingAfterAt =
  (at: number): Edit =>
  (facts) =>
    change(facts, 'mesh.state', (fact) => (fact.phase === 'after' ? { ...fact, at } : fact))

testPart('mesh', [
  [
    'none',
    (facts) => change(facts, 'drill.planned', (plan) => ({ ...plan, axes: { ...plan.axes, mesh: 'none' } })),
    null,
  ],
  ['looked at as the fault struck', lookingAfterAt(faultMs), same],
  ['looked at before the fault', lookingAfterAt(faultMs - 1), unseen('after')],
  ['of a fault that nobody saw', drop('fault.observed'), same],
  [
    'looked at as it is before, once more after the fault',
    repeating('mesh.state', { phase: 'before', at: startMs + 37_000, state: { ...meshState, requests: 0 } }),
    same,
  ],
  [
    'not looked at before',
    (facts) => change(facts, 'mesh.state', (fact) => (fact.phase === 'before' ? null : fact)),
    unseen('before'),
  ],
  [
    'of no state before',
    meshing('before', { error: 'no pod' }),
    'inconclusive: the state of the mesh is not known: no pod',
  ],
  [
    'no identity before',
    meshing('before', { identities: [] }),
    'inconclusive: no proxy identity was seen before the fault',
  ],
  [
    'no request before',
    meshing('before', { requests: 0 }),
    'inconclusive: the proxies had counted no request before the fault',
  ],
  [
    'no access before',
    meshing('before', { accessLogLines: 0 }),
    'inconclusive: the proxies had logged no access before the fault',
  ],
  [
    'no access log before',
    meshing('before', { accessLogLines: null }),
    'inconclusive: the proxies had logged no access before the fault',
  ],
  [
    'two differences',
    meshing('after', { requests: null, accessLogLines: null }),
    without('metrics did not resume', 'access log did not resume'),
  ],
])

test('only other proxies may have counted as much as those before', () => {
  const resumes = (before: { proxies?: string[] }, after: { proxies?: string[] }) =>
    compareMeshStates({ ...meshState, ...before }, { ...meshState, ...after }).equal
  const both = { proxies: ['one', 'two'] }
  expect(resumes(both, { proxies: ['three'] })).toBe(true)
  expect(resumes(both, { proxies: ['two', 'three'] })).toBe(false)
  expect(resumes({}, { proxies: ['three'] })).toBe(false)
  expect(resumes(both, {})).toBe(false)
  expect(resumes({}, {})).toBe(false)
})

test('what was added, what is missing and what changed is each told by its name', () => {
  const [a, b] = ['spiffe://a', 'spiffe://b']
  const before = {
    ...meshState,
    configuration: { routes: 'aa', clusters: 'bb' },
    identities: [a],
    policies: { P: 'dd' },
  }
  const after = {
    ...meshState,
    configuration: { routes: 'xx', hosts: 'cc' },
    identities: [b],
    policies: {},
    requests: 1,
  }
  expect(compareMeshStates(before, after).differences).toEqual([
    'configuration section "clusters" is missing',
    'configuration section "hosts" was added',
    'configuration section "routes" changed',
    'identity "spiffe://a" is missing',
    'identity "spiffe://b" was added',
    'policy "P" is missing',
    'access log did not resume',
  ])
})
