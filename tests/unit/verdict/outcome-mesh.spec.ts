import { expect, test } from '@playwright/test'
import { compareMeshStates } from '../../../lib/verdict/mesh.ts'
import { drop, type Edit, meshing } from './fact-edits.ts'
import { MESH_ASPECTS, type MeshAspect } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { buildDrill, change, faultMs, meshState, startMs } from './facts-builder.ts'
import { repeating, testPart } from './parts.ts'

const same = 'pass: as before the fault'
const unseen = (when: string) => `inconclusive: the state of the mesh ${when} the fault was not seen`
const without = (...differences: string[]) => `fail: the mesh is not as before the fault: ${differences.join('; ')}`
const lookingAfterAt =
  (at: number): Edit =>
  (facts) =>
    change(facts, 'mesh.state', (fact) => (fact.phase === 'after' ? { ...fact, at } : fact))

const notOffering =
  (...notOffered: MeshAspect[]): Edit =>
  (facts) =>
    change(facts, 'mesh.state', (fact) => ({ ...fact, state: { ...fact.state, ...nothingSeen, notOffered } }))
/** What a driver tells of aspects that its mesh does not have. */
const nothingSeen = { configuration: {}, identities: [], policies: {}, requests: null, accessLogLines: null }
const withoutMesh: Edit = (facts) =>
  change(facts, 'drill.planned', (plan) => ({ ...plan, axes: { ...plan.axes, mesh: 'none' } }))

testPart('mesh', [
  ['none, in an older run', withoutMesh, null],
  ['none', (facts) => withoutMesh(notOffering(...MESH_ASPECTS)(facts)), null],
  ['of a mesh that offers nothing to compare', notOffering(...MESH_ASPECTS), null],
  [
    'of a mesh without a configuration and an access log',
    (facts) =>
      change(facts, 'mesh.state', (fact) => ({
        ...fact,
        state: {
          ...fact.state,
          configuration: {},
          accessLogLines: null,
          notOffered: ['configuration', 'accessLogLines'],
        },
      })),
    'pass: as before the fault; the mesh does not offer: proxy configuration, access log',
  ],
  [
    'of a mesh without a configuration, whose identities are others after the fault',
    (facts) =>
      change(facts, 'mesh.state', (fact) => ({
        ...fact,
        state: {
          ...fact.state,
          configuration: {},
          identities: fact.phase === 'after' ? ['spiffe://other'] : ['spiffe://one'],
          notOffered: ['configuration'],
        },
      })),
    without('identity "spiffe://one" is missing', 'identity "spiffe://other" was added'),
  ],
  [
    'of a mesh that offers metrics, and whose proxies had counted nothing',
    notOffering('configuration', 'identities', 'policies', 'accessLogLines'),
    'inconclusive: the proxies had counted no request before the fault',
  ],
  [
    'of a mesh that offers policies alone, and has none',
    notOffering('configuration', 'identities', 'requests', 'accessLogLines'),
    'inconclusive: no policy was seen before the fault',
  ],
  [
    'of a mesh that offers less after the fault',
    meshing('after', { accessLogLines: null, notOffered: ['accessLogLines'] }),
    'inconclusive: the state of the mesh is not known: the mesh did not offer the same before and after the fault',
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

test('a result says what the mesh did not offer, and that nothing of it was compared', () => {
  const { meshState, verdict } = judgeDrill(notOffering(...MESH_ASPECTS)(buildDrill()))
  expect(meshState).toEqual({ equal: null, differences: [], notOffered: [...MESH_ASPECTS] })
  expect(verdict).toBe('pass')
  expect(judgeDrill(buildDrill()).meshState).toEqual({ equal: true, differences: [], notOffered: [] })
})
