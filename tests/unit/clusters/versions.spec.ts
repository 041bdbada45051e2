import { expect, test } from '@playwright/test'
import { allVersions, isSameVersion, otherVersionOf, versionDifferences } from '../../../lib/clusters/versions.ts'

test('a component has a reason for a difference exactly if its published and built versions differ', () => {
  const both = Object.entries(allVersions).filter(([, { published, built }]) => published !== null && built !== null)
  expect(both.length).toBeGreaterThan(10)
  const wrong = both.flatMap(([name, { published, built, differs }]) => {
    const same = isSameVersion(published?.version ?? '', built?.version ?? '')
    const explained = (differs ?? '').trim().split(' ').length > 3
    return same === (differs === null) && (same || explained) ? [] : [name]
  })
  expect(wrong, 'components with a wrong field "differs"').toEqual([])
})

test('a component that has only one version has no reason for a difference', () => {
  const single = Object.entries(allVersions).filter(([, { published, built }]) => published === null || built === null)
  expect(single.filter(([, { differs }]) => differs !== null)).toEqual([])
})

test('the list of version differences has both versions and the reason', () => {
  const differences = versionDifferences()
  expect(differences.map(({ name }) => name)).toEqual(expect.arrayContaining(['kubernetes', 'envoy']))
  expect(differences.map(({ name }) => name)).not.toContain('velero')
  expect(differences.find(({ name }) => name === 'kubernetes')).toEqual({
    name: 'kubernetes',
    published: 'v1.37.0',
    built: 'v1.36.3',
    reason: allVersions.kubernetes?.differs,
  })
})

test('a version difference without a reason is listed with an empty reason', () => {
  const published = { version: '2.0', source: 'a chart' }
  const built = { version: 'v1.0', source: 'a module' }
  expect(versionDifferences({ a: { published, built, differs: null } })).toEqual([
    { name: 'a', published: '2.0', built: 'v1.0', reason: '' },
  ])
  expect(versionDifferences({ a: { published, built: { ...built, version: 'v2.0' }, differs: null } })).toEqual([])
})

test('the other version of a component is its version in a run with the other kind of artifacts', () => {
  const { published, built, differs } = allVersions['chaos-mesh'] ?? { published: null, built: null, differs: null }
  if (published === null || built === null) throw new Error('Chaos Mesh has both versions')
  expect(otherVersionOf('chaos-mesh', built)).toEqual({ version: published.version, reason: differs })
  expect(otherVersionOf('chaos-mesh', published)).toEqual({ version: built.version, reason: differs })
  expect(otherVersionOf('velero', allVersions.velero?.built ?? published)).toBeNull()
  expect(otherVersionOf('chaos-mesh', { version: '2.7.0', source: 'was in the cluster' })).toBeNull()
  expect(otherVersionOf('kubernetes', { version: 'v1.36.3', source: 'the node' })?.version).toBe('v1.37.0')
})
