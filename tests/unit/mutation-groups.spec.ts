import { expect, test } from '@playwright/test'
import { filesOf, groupNames, groups, list } from '../mutation/groups.ts'

const specs = list('tests/unit').filter((path) => path.endsWith('.spec.ts'))

test('mutation testing changes each file of the verdict in exactly one group', () => {
  const files = list('lib').filter((path) => path.startsWith('verdict/'))
  const groupsOf = (file: string) => groupNames.filter((name) => filesOf(groups[name]).includes(file))
  expect(files.length).toBeGreaterThan(30)
  expect(files.filter((file) => groupsOf(file).length !== 1)).toEqual([])
})

test('each group of mutation testing has files, and specs that must notice', () => {
  for (const name of groupNames) {
    expect(filesOf(groups[name]), name).not.toEqual([])
    expect(
      specs.filter((path) => groups[name].specs.test(path)),
      name,
    ).not.toEqual([])
  }
})
