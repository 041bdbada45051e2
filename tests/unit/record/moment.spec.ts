import { expect, test } from '@playwright/test'
import { readMoment } from '../../../lib/record/moment.ts'

test('the fault and the moment of a drill are read as they were recorded', () => {
  expect(readMoment({ fault: 'tool-kill', moment: 'during-restore' })).toEqual({
    fault: 'tool-kill',
    moment: 'during-restore',
  })
})

test('in a run with the moment in the fault’s name, the current name and the moment are read', () => {
  for (const [earlier, fault, moment] of [
    ['tool-kill', 'tool-kill', 'during-backup'],
    ['tool-kill-during-restore', 'tool-kill', 'during-restore'],
    ['istiod-kill-during-restore', 'mesh-control-kill', 'during-restore'],
    ['node-outage', 'node-outage', 'at-rest'],
    ['node-outage-during-backup', 'node-outage', 'during-backup'],
    ['wrong-credentials', 'wrong-credentials', 'during-backup'],
    ['ransomware', 'ransomware', 'at-rest'],
    ['constructor', 'constructor', 'at-rest'],
  ])
    expect(readMoment({ fault: earlier ?? '' }), earlier).toEqual({ fault, moment })
})
