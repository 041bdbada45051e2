import { expect, test } from '@playwright/test'
import { componentOf } from '../../../lib/components/index.ts'
import { durationWords } from '../../../lib/drill/create-lab.ts'

test('the log of a new lab gives a usual duration only for a component that is installed', () => {
  expect(durationWords(componentOf('istio'), '40 s')).toBe('usually 40 s')
  expect(durationWords(componentOf('none'), '40 s')).toBe('nothing to install')
})
