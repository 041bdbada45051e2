import { expect, test } from '@playwright/test'
import { compareMeshStates } from '../../../lib/verdict/mesh.ts'
import { drop, type Edit, meshing } from './fact-edits.ts'
import { MESH_ASPECTS, type MeshAspect } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { buildDrill, change, faultMs, meshState, startMs } from './facts-builder.ts'
import { repeating, testPart } from './parts.ts'

const same = 'pass: the mesh is as it was before the fault'
const unseen = (when: string) => `inconclusive: the state of the mesh ${when} the fault was not seen`
const without = (...differences: string[]) =>
  `fail: the mesh is not as it was before the fault: ${differences.join('; ')}`
const lookingAfterAt =
  (at: number): Edit =>
  (facts) =>
    change(facts, 'mesh.state', (fact) => (fact.phase === 'after' ? { ...fact, at } : fact))

const notOffering =
  (...notOffered: MeshAspect[]): Edit =>
  (facts) =>
    change(facts, 'mesh.state', (fact) => ({ ...fact, state: { ...fact.state, ...nothingSeen, notOffered } }))
/** The values that a driver reports for aspects that its mesh does not have. */
const nothingSeen = { configuration: {}, identities: [], policies: {}, requests: null, accessLogLines: null }
const withoutMesh: Edit = (facts) =>
  change(facts, 'drill.planned', (plan) => ({ ...plan, axes: { ...plan.axes, mesh: 'none' } }))

testPart('mesh', [
  ['an older run has no mesh', withoutMesh, null],
  ['there is no mesh', (facts) => withoutMesh(notOffering(...MESH_ASPECTS)(facts)), null],
  ['the mesh offers nothing to compare', notOffering(...MESH_ASPECTS), null],
  [
    'a mesh without configuration and access log is unchanged',
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
    'pass: the mesh is as it was before the fault; the mesh does not offer: proxy configuration, access log',
  ],
  [
    'the identities of a mesh without configuration changed',
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
    'the proxies of a mesh that offers only metrics had counted nothing',
    notOffering('configuration', 'identities', 'policies', 'accessLogLines'),
    'inconclusive: the proxies had counted no request before the fault',
  ],
  [
    'a mesh that offers only policies has none',
    notOffering('configuration', 'identities', 'requests', 'accessLogLines'),
    'inconclusive: no policy was seen before the fault',
  ],
  [
    'the mesh offers less after the fault',
    meshing('after', { accessLogLines: null, notOffered: ['accessLogLines'] }),
    'inconclusive: the state of the mesh is not known: the mesh offered other aspects before the fault than after it',
  ],
  ['the mesh was read while the fault took effect', lookingAfterAt(faultMs), same],
  ['the mesh was read only before the fault', lookingAfterAt(faultMs - 1), unseen('after')],
  ['the mesh is unchanged and the fault was not seen', drop('fault.observed'), same],
  [
    'the mesh was read as "before" a second time after the fault',
    repeating('mesh.state', { phase: 'before', at: startMs + 37_000, state: { ...meshState, requests: 0 } }),
    same,
  ],
  [
    'the mesh was not read before the fault',
    (facts) => change(facts, 'mesh.state', (fact) => (fact.phase === 'before' ? null : fact)),
    unseen('before'),
  ],
  [
    'the mesh could not be read before the fault',
    meshing('before', { error: 'no pod' }),
    'inconclusive: the state of the mesh is not known: no pod',
  ],
  [
    'the mesh had no identity before the fault',
    meshing('before', { identities: [] }),
    'inconclusive: no proxy identity was seen before the fault',
  ],
  [
    'the mesh had counted no request before the fault',
    meshing('before', { requests: 0 }),
    'inconclusive: the proxies had counted no request before the fault',
  ],
  [
    'the mesh had logged no access before the fault',
    meshing('before', { accessLogLines: 0 }),
    'inconclusive: the proxies had logged no access before the fault',
  ],
  [
    'the mesh had no access log before the fault',
    meshing('before', { accessLogLines: null }),
    'inconclusive: the proxies had logged no access before the fault',
  ],
  [
    'metrics and access log did not resume',
    meshing('after', { requests: null, accessLogLines: null }),
    without('metrics did not resume', 'access log did not resume'),
  ],
])

test('equal counts mean that metrics resumed only if the proxies are new', () => {
  const resumes = (before: { proxies?: string[] }, after: { proxies?: string[] }) =>
    compareMeshStates({ ...meshState, ...before }, { ...meshState, ...after }).equal
  const both = { proxies: ['one', 'two'] }
  expect(resumes(both, { proxies: ['three'] })).toBe(true)
  expect(resumes(both, { proxies: ['two', 'three'] })).toBe(false)
  expect(resumes({}, { proxies: ['three'] })).toBe(false)
  expect(resumes(both, {})).toBe(false)
  expect(resumes({}, {})).toBe(false)
})

test('each added, missing and changed item is reported by name', () => {
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

test('a result lists the aspects that the mesh does not offer and that were not compared', () => {
  const { meshState, verdict } = judgeDrill(notOffering(...MESH_ASPECTS)(buildDrill()))
  expect(meshState).toEqual({ equal: null, differences: [], notOffered: [...MESH_ASPECTS] })
  expect(verdict).toBe('pass')
  expect(judgeDrill(buildDrill()).meshState).toEqual({ equal: true, differences: [], notOffered: [] })
})
