import { expect, test } from '@playwright/test'
import { lacksOf } from '../../../lib/lab/storage.ts'
import { isUsual } from '../../../lib/matrix/axes.ts'
import { obstaclesOf, promisesMoment } from '../../../lib/matrix/volume-traits.ts'
import { matrix } from '../../../lib/matrix/matrix.ts'

test.describe('volumes that are folders of a node', () => {
  const classes = { snapshots: 'csi-hostpath', lacks: lacksOf('hostpath.csi.k8s.io') }
  const legal = matrix.filter((row) => row.illegal === null && isUsual(row))

  test('are not filled, nor is their node taken away, and nothing else is left undone', () => {
    const told = legal.flatMap((row) =>
      obstaclesOf(row, row.fault, classes).map((why) => `${row.strategy} ${row.fault}: ${why}`),
    )
    const oneNode =
      'node-outage: the volumes of class "csi-hostpath" are on one node, with their driver: without it nothing of the storage is there'
    expect(told).toEqual([
      `velero/data-mover ${oneNode}`,
      `kasten/export ${oneNode}`,
      `kasten/export-incremental ${oneNode}`,
      'velero/file-system full-volume: the volumes of class "csi-hostpath" have no size of their own: what fills one fills the disk of its node',
    ])
    const others = { snapshots: 'btrfs', lacks: lacksOf('btrfs.meshdrill.dev') }
    expect(legal.flatMap((row) => obstaclesOf(row, row.fault, others))).toEqual([])
    expect(obstaclesOf({ volumes: 'snapshots' }, 'full-volume', { snapshots: null })).toEqual([])
  })

  test('have no snapshots of one moment, and no strategy promises it by them', () => {
    const [stopped, snapshot, copy] = [
      { pointInTime: true, volumes: 'local' },
      { pointInTime: true, volumes: 'snapshots' },
      { pointInTime: false, volumes: 'snapshots' },
    ] as const
    expect([stopped, snapshot, copy].map((row) => promisesMoment(row, classes))).toEqual([true, false, false])
    expect([stopped, snapshot, copy].map((row) => promisesMoment(row, {}))).toEqual([true, true, false])
  })
})
