import { expect, test } from '@playwright/test'
import { allVersions, isSameVersion, otherVersionOf, versionDifferences } from '../../../lib/clusters/versions.ts'

test('a component whose published and built versions differ says why, and one whose versions are the same does not', () => {
  const both = Object.entries(allVersions).filter(([, { published, built }]) => published !== null && built !== null)
  expect(both.length).toBeGreaterThan(10)
  const wrong = both.flatMap(([name, { published, built, differs }]) => {
    const same = isSameVersion(published?.version ?? '', built?.version ?? '')
    const explained = (differs ?? '').trim().split(' ').length > 3
    return same === (differs === null) && (same || explained) ? [] : [name]
  })
  expect(wrong, 'components whose field "differs" does not fit their versions').toEqual([])
})

test('a component that has only one version has no reason for a difference', () => {
  const single = Object.entries(allVersions).filter(([, { published, built }]) => published === null || built === null)
  expect(single.filter(([, { differs }]) => differs !== null)).toEqual([])
})

test('the list of differences names both versions and the reason', () => {
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

test('a difference without a reason is in the list with an empty reason', () => {
  const published = { version: '2.0', source: 'a chart' }
  const built = { version: 'v1.0', source: 'a module' }
  expect(versionDifferences({ a: { published, built, differs: null } })).toEqual([
    { name: 'a', published: '2.0', built: 'v1.0', reason: '' },
  ])
  expect(versionDifferences({ a: { published, built: { ...built, version: 'v2.0' }, differs: null } })).toEqual([])
})

test('a run knows which version it would have with the other kind of artifacts', () => {
  const { published, built, differs } = allVersions['chaos-mesh'] ?? { published: null, built: null, differs: null }
  if (published === null || built === null) throw new Error('Chaos Mesh has both versions')
  expect(otherVersionOf('chaos-mesh', built)).toEqual({ version: published.version, reason: differs })
  expect(otherVersionOf('chaos-mesh', published)).toEqual({ version: built.version, reason: differs })
  expect(otherVersionOf('velero', allVersions.velero?.built ?? published)).toBeNull()
  expect(otherVersionOf('chaos-mesh', { version: '2.7.0', source: 'was in the cluster' })).toBeNull()
  expect(otherVersionOf('kubernetes', { version: 'v1.36.3', source: 'the node' })?.version).toBe('v1.37.0')
})
