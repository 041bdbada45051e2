import { expect, test } from '@playwright/test'
import { newestOfEach, parseOutput, parseSnapshots } from '../../../../lib/components/restic/output.ts'
import { at, line, ms, refused, restored, snapshot, summary } from './output-lines.ts'

test.describe('output of restic', () => {
  test('the summary of a restic backup has the size of the snapshot and of the new data', () => {
    expect(parseOutput(summary())).toEqual({
      backup: {
        snapshot: 'aaaa',
        bytes: 4096,
        filesNew: 0,
        filesChanged: 3,
        bytesAdded: 900,
        bytesAddedPacked: 700,
        durationMs: 1500,
      },
      restoredBytes: null,
      message: null,
      errors: 0,
      hasUnreadableIndex: false,
    })
  })

  test('an empty restic backup has zero bytes, which is not unknown', () => {
    expect(parseOutput(summary({ total_bytes_processed: 0 })).backup?.bytes).toBe(0)
  })

  test('the bytes of a restic restore include files that an earlier pod restored', () => {
    expect(parseOutput(restored)).toMatchObject({ backup: null, restoredBytes: 4096 })
    expect(parseOutput(line({ message_type: 'summary' })).restoredBytes).toBe(0)
  })

  test('a restic log without a summary has no backup and no restore', () => {
    const status = line({ message_type: 'status', bytes_done: 4096 })
    expect(parseOutput(status + refused)).toEqual({
      backup: null,
      restoredBytes: null,
      message: 'Fatal: Access Denied.',
      errors: 0,
      hasUnreadableIndex: false,
    })
    expect(parseOutput(`${status}{"message_type":"summ`).backup).toBeNull()
    expect(parseOutput('LoadRaw(<index/ab>): invalid data returned\n')).toMatchObject({
      message: 'LoadRaw(<index/ab>): invalid data returned',
      hasUnreadableIndex: true,
    })
  })

  test('files that restic could not read are counted as errors', () => {
    const unread = line({ message_type: 'error', error: { message: 'permission denied' }, item: '/data/a' })
    expect(parseOutput(unread + unread + summary())).toMatchObject({ errors: 2, message: 'permission denied' })
  })
})

test.describe('newest snapshot at a time', () => {
  const list = (...snapshots: object[]) => parseSnapshots(JSON.stringify(snapshots))

  test('the newest restic snapshot of each claim is the last one that had ended by then', () => {
    const snapshots = list(snapshot('c', 30), snapshot('a', 10), snapshot('b', 20), snapshot('x', 12, 'other'))
    const idsAt = (second: number) => newestOfEach(snapshots, ['data', 'other'], ms(second)).map(({ id }) => id)
    expect(idsAt(30)).toEqual(['b', 'x'])
    expect(idsAt(31)).toEqual(['c', 'x'])
    expect(newestOfEach(snapshots, ['data'], ms(11)).map(({ id }) => id)).toEqual(['a'])
  })

  test('a time before the end of the first restic snapshot is an error', () => {
    expect(() => newestOfEach(list(snapshot('a', 10)), ['data'], ms(10))).toThrow(
      /no snapshot of claim "data" had ended by 2026-11-21T02:00:10\.000Z: the oldest ended at 2026-11-21T02:00:11/,
    )
    expect(() => newestOfEach([], ['data'], ms(10))).toThrow('it has no snapshot')
  })

  test('restic snapshots without a claim tag are ignored', () => {
    expect(list({ id: 'z', time: at(1) }, { id: 'y', time: at(1), tags: ['nightly'] })).toEqual([])
    expect(parseSnapshots('null')).toEqual([])
  })
})
