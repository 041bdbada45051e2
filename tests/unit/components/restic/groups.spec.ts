import { expect, test } from '@playwright/test'
import { groupByPod } from '../../../../lib/components/restic/groups.ts'
import { jobSpec, restoreTask } from '../../../../lib/components/restic/job.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'

const deployment = (name: string, claims: string[]) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } },
  spec: {
    template: { spec: { volumes: claims.map((claimName) => ({ persistentVolumeClaim: { claimName } })) } },
  },
})
const set = {
  ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' } },
  spec: { volumeClaimTemplates: ['data', 'wal'].map((name) => ({ metadata: { name } })) },
}
const CLAIMS = ['orders', 'stock', 'alone', 'data-db-0', 'wal-db-0', 'data-db-1', 'wal-db-1', 'data-db-x']

test('claims that one pod mounts are in one group, and claims of different pods are in different groups', () => {
  const groups = groupByPod([deployment('shop', ['orders', 'stock']), deployment('other', ['alone']), set], CLAIMS)
  expect([...groups.keys()]).toEqual(['orders', 'stock', 'data-db-0', 'wal-db-0', 'data-db-1', 'wal-db-1'])
  const of = (...claims: string[]) => new Set(claims.map((claim) => groups.get(claim)))
  for (const pair of [
    ['orders', 'stock'],
    ['data-db-0', 'wal-db-0'],
    ['data-db-1', 'wal-db-1'],
  ])
    expect(of(...pair).size, pair.join()).toBe(1)
  expect(of('orders', 'data-db-0', 'data-db-1').size).toBe(3)
})

test('a restore of claims of one pod runs its Jobs on one node, and other Jobs run anywhere', () => {
  const lab = {
    mesh: { keepsOut: {} },
    artifacts: { image: (name: string) => name },
    store: { region: 'here' },
  } as unknown as Lab
  const podOf = (group?: string) =>
    (
      jobSpec(lab, { url: 'u' }, restoreTask('orders', 'aaaa', group)) as {
        template: { metadata: { labels: Record<string, string> }; spec: { affinity?: object } }
      }
    ).template
  const term = {
    labelSelector: { matchLabels: { 'meshdrill.dev/restic-group': 'g' } },
    topologyKey: 'kubernetes.io/hostname',
  }
  expect(podOf('g').spec.affinity).toEqual({
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
  })
  expect(podOf('g').metadata.labels).toMatchObject({ 'meshdrill.dev/restic-group': 'g' })
  expect(podOf().spec.affinity).toBeUndefined()
})
