import { expect, test } from '@playwright/test'
import { findRefusal } from '../../../../lib/workloads/postgres/damage.ts'

const log = `2026-11-29 12:00:00.100 GMT [40] ERROR:  could not extend file "base/5/16390": No space left on device
2026-11-29 12:00:00.100 GMT [40] HINT:  Check free disk space.
2026-11-29 12:00:01.250 GMT [41] LOG:  checkpoint starting: time
2026-11-29 12:00:02.500 GMT [42] PANIC:  could not write to file "pg_wal/xlogtemp.42": No space left on device
`
const at = (time: string) => Date.parse(`2026-11-29T${time}Z`)

test('a refused write on a full volume is found in the log of PostgreSQL, from the given time on', () => {
  expect(findRefusal(log, at('11:00:00'))).toEqual({
    atMs: at('12:00:00.100'),
    words: 'ERROR:  could not extend file "base/5/16390": No space left on device',
  })
  expect(findRefusal(log, at('12:00:01'))?.atMs).toBe(at('12:00:02.500'))
  expect(findRefusal(log, at('12:00:03'))).toBeNull()
})
