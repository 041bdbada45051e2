import type { V1Node, V1StorageClass } from '@kubernetes/client-node'
import { expect, test } from '@playwright/test'
import { clockAhead, clockConflict } from '../../../../lib/clusters/existing/access/access.ts'
import { imageConflicts, nodeConflicts, runtimeConflict } from '../../../../lib/clusters/existing/plan/nodes.ts'
import { chooseSnapshots } from '../../../../lib/clusters/existing/plan/surroundings.ts'
import { node, storageClass } from './world.ts'

/** Requirements for a user's cluster, checked with answers of its API server. */
const nodes = (...list: ReturnType<typeof node>[]) => list as unknown as V1Node[]
const tainted = (name: string, effect: string) => node(name, { spec: { taints: [{ key: 'pool', effect }] } })

test('nodes that are not Ready, and system nodes that the drills cannot use, are reported', () => {
  const told = (list: V1Node[], labels = {}) => nodeConflicts(list, labels).join('\n')
  expect(nodeConflicts(nodes(node('a'), tainted('b', 'PreferNoSchedule')), {})).toEqual([])
  expect(told(nodes(node('a'), node('b', { ready: 'False' })))).toContain('"b" are not Ready, or cordoned')
  expect(told(nodes(node('a', { spec: { unschedulable: true } })))).toContain('"a" are not Ready, or cordoned')
  expect(told(nodes(node('a')), { pool: 'system' })).toContain('no node has the labels {"pool":"system"}')
  expect(told(nodes(tainted('a', 'NoSchedule')))).toContain("have taints that keep the drills' own pods away")
  expect(told(nodes(tainted('a', 'NoSchedule'), node('b')))).toBe('')
})

test('Chaos Mesh is installed only on nodes with containerd at its default path', () => {
  const of = (info: object) => runtimeConflict(nodes(node('a'), node('b', { info })))
  expect(of({})).toBeNull()
  expect(of({ containerRuntimeVersion: 'cri-o://1.35.0' })).toMatch(/"b" run cri-o:\/\/1\.35\.0, .*Next: install Chaos/)
  expect(of({ kubeletVersion: 'v1.36.0+k3s1' })).toMatch(/"b" have the socket of their containerd in \/run\/k3s/)
})

test('an image that is in no registry must be on each node for drill pods, if the list of the node is complete', () => {
  const images = ['localhost/a:1', 'localhost/b:1']
  const named = images.map((reference) => ({ name: reference.slice(10, -2), reference }))
  const of = (...list: ReturnType<typeof node>[]) => imageConflicts(nodes(...list), named).join('\n')
  expect(of(node('one', { images }))).toBe('')
  expect(of(node('one', { images }), node('two', { images: ['localhost/a:1'] }))).toMatch(
    /images are missing: localhost\/b:1 on "two"\. Next: npm run image -- b, and on/,
  )
  expect(of(node('one', { images }), tainted('control', 'NoSchedule'))).toBe('')
  // A kubelet reports at most fifty images, so there may be more.
  expect(of(node('one', { images: Array.from({ length: 50 }, (_, index) => `other:${index}`) }))).toBe('')
})

test.describe('snapshots', () => {
  const driver = 'disks.example.org'
  const snapshotClass = (name: string, metadata: object = {}, deletionPolicy = 'Delete') => ({
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotClass',
    metadata: { name, ...metadata },
    driver,
    deletionPolicy,
  })
  const LABEL = { labels: { 'velero.io/csi-volumesnapshot-class': '' } }
  const DEFAULT = { annotations: { 'snapshot.storage.kubernetes.io/is-default-class': 'true' } }
  const classes = [storageClass('files'), storageClass('disks')] as unknown as V1StorageClass[]
  const chosen = (list: ReturnType<typeof snapshotClass>[], wanted: string | null = null) =>
    chooseSnapshots(classes, list, wanted)

  test('snapshots use the class that Velero would choose: by label, by default, or the only one', () => {
    const of = (ofSnapshots: string) => ({ snapshots: 'disks', ofSnapshots, lacks: [] })
    expect(chosen([snapshotClass('a'), snapshotClass('b', DEFAULT), snapshotClass('c', LABEL)])).toEqual(of('c'))
    expect(chosen([snapshotClass('a'), snapshotClass('b', DEFAULT)])).toEqual(of('b'))
    expect(chosen([snapshotClass('a')])).toEqual(of('a'))
    expect(chosen([snapshotClass('a'), snapshotClass('b')])).toEqual({ snapshots: null })
  })

  test('the limits of a storage driver are reported with its snapshot class', () => {
    const hostPath = { ...storageClass('folders'), provisioner: 'hostpath.csi.k8s.io' } as unknown as V1StorageClass
    const ofIt = { ...snapshotClass('a'), driver: 'hostpath.csi.k8s.io' }
    expect(chooseSnapshots([hostPath], [ofIt], null)).toEqual({
      snapshots: 'folders',
      ofSnapshots: 'a',
      lacks: ['any node', 'own size', 'snapshots of one moment'],
    })
  })

  test('a snapshot class that keeps snapshots after the deletion of their objects is not used', () => {
    expect(chosen([snapshotClass('a', {}, 'Retain')])).toEqual({ snapshots: null })
  })

  test('snapshots use the wanted StorageClass, and a missing class is an error', () => {
    expect(chosen([snapshotClass('a')], 'files')).toEqual({ snapshots: null })
    expect(() => chosen([], 'none')).toThrow('MESHDRILL_SNAPSHOT_STORAGE_CLASS: there is no StorageClass "none"')
  })
})

test('the clock difference counts only as far as whole seconds and the time of the answer allow', () => {
  const asked = Date.parse('2026-01-01T00:00:10.500Z')
  const ahead = (seconds: number) => clockAhead(new Date(asked + 1000 * seconds).toUTCString(), asked, asked + 300)
  expect([0, 1, -1, 10, -10].map(ahead)).toEqual([0, 200, -500, 9200, -9500])
  expect(clockAhead(undefined, asked)).toBe(0)
  expect(clockConflict(ahead(1))).toBeNull()
  expect(clockConflict(ahead(-10))).toContain("the cluster's clock is 9.5 s behind this machine's")
})
