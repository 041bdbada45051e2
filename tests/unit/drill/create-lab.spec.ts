import { expect, test } from '@playwright/test'
import { componentOf } from '../../../lib/components/index.ts'
import { describeInstall } from '../../../lib/drill/create-lab.ts'

test('the log of a new lab says if a component needs no installation', () => {
  expect(describeInstall(componentOf('istio'))).toBe(componentOf('istio').title)
  expect(describeInstall(componentOf('none'))).toMatch(/ \(nothing to install\)$/)
})
