import { expect, test } from '@playwright/test'
import { findRefusal } from '../../../../lib/workloads/redis/damage.ts'

const log = `1:M 29 Nov 2026 12:00:00.100 * Background saving started by pid 40
1:M 29 Nov 2026 12:00:01.250 # Error writing to the AOF file: No space left on device
1:M 29 Nov 2026 12:00:31.500 # Short write while writing to the AOF file: (nwritten=10, expected=320)
`
const at = (time: string) => Date.parse(`2026-11-29T${time}Z`)

test('a write that Redis could not append on a full volume is found in its log, from the given time on', () => {
  expect(findRefusal(log, at('11:00:00'))).toEqual({
    atMs: at('12:00:01.250'),
    words: 'Error writing to the AOF file: No space left on device',
  })
  expect(findRefusal(log, at('12:00:02'))?.atMs).toBe(at('12:00:31.500'))
  expect(findRefusal(log, at('12:01:00'))).toBeNull()
})
