import { expect, test } from '@playwright/test'
import type { KubeObject } from '../../lib/kube/object.ts'
import {
  countLines,
  countManifests,
  compareSimplicity,
  rubric,
  type SimplicityFacts,
} from '../../lib/verdict/simplicity/simplicity.ts'

const rbac = 'rbac.authorization.k8s.io/v1'
const object = (kind: string, name: string, fields: object = {}, apiVersion = 'v1'): KubeObject => {
  return { apiVersion, kind, metadata: { name, namespace: 'tool' }, ...fields }
}
const workload = (kind: string, pod: object, name = kind.toLowerCase()) =>
  object(kind, name, { spec: { template: { spec: pod } } }, 'apps/v1')
const none = { objects: 0, definitions: 0, images: 0, privilegedPods: 0, permissions: 0, unboundedGrants: 0 }

test.describe('manifests', () => {
  test('no objects are nothing', () => {
    expect(countManifests([])).toEqual(none)
  })

  test('an object counts once, however often it is applied, and a List as what is in it', () => {
    const map = object('ConfigMap', 'settings')
    const elsewhere = { ...map, metadata: { name: 'settings', namespace: 'other' } }
    const definition = object('CustomResourceDefinition', 'backups.tool.io', {}, 'apiextensions.k8s.io/v1')
    const inner = object('List', 'inner', { items: [object('Secret', 'settings'), map] })
    const list = object('List', 'list', { items: [map, elsewhere, inner] })
    expect(countManifests([map, list, definition])).toEqual({ ...none, objects: 4, definitions: 1 })
  })

  test('images are those of all containers of all pod templates, each once', () => {
    const pod = { initContainers: [{ image: 'plugin:1' }], containers: [{ image: 'tool:1' }, { image: 'proxy:1' }] }
    const cron = object(
      'CronJob',
      'prune',
      { spec: { jobTemplate: { spec: { template: { spec: pod } } } } },
      'batch/v1',
    )
    const kinds = ['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Job']
    expect(countManifests([cron]).images).toBe(3)
    expect(countManifests([object('Pod', 'once', { spec: pod })]).images).toBe(3)
    for (const kind of kinds)
      expect(countManifests([workload(kind, pod), cron])).toMatchObject({ objects: 2, images: 3 })
    const newer = workload('Deployment', { containers: [{ image: 'tool:2' }, { name: 'without an image' }] })
    expect(countManifests([cron, newer]).images).toBe(4)
    // A pod template in an object of another kind makes no pod.
    expect(countManifests([workload('PodTemplateHolder', pod)]).images).toBe(0)
  })

  const reaching: [what: string, pod: object][] = [
    ['a privileged container', { containers: [{}, { securityContext: { privileged: true } }] }],
    ['a privileged init container', { initContainers: [{ securityContext: { privileged: true } }], containers: [{}] }],
    ['the network of the node', { hostNetwork: true }],
    ['the processes of the node', { hostPID: true }],
    ['the IPC of the node', { hostIPC: true }],
    ['a folder of the node', { volumes: [{ emptyDir: {} }, { hostPath: { path: '/var/lib/kubelet/pods' } }] }],
  ]
  for (const [what, pod] of reaching) {
    test(`a pod reaches into the node by ${what}`, () => {
      const both = [workload('DaemonSet', pod), workload('Deployment', { ...pod, hostNetwork: true })]
      expect(countManifests(both.slice(0, 1)).privilegedPods).toBe(1)
      expect(countManifests(both).privilegedPods).toBe(2)
    })
  }

  test('a pod that could reach into the node and does not is not one that does', () => {
    const securityContext = { privileged: false, runAsUser: 0 }
    const pod = { hostNetwork: false, hostPID: 'true', volumes: [{ emptyDir: {} }], containers: [{ securityContext }] }
    expect(countManifests([workload('Deployment', pod)]).privilegedPods).toBe(0)
  })

  test('permissions are pairs of a resource and a verb, and what has no bounds is counted apart', () => {
    const rules = [
      { apiGroups: ['', 'apps'], resources: ['pods', 'volumes'], verbs: ['get', 'list', 'watch'] },
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
      { apiGroups: ['tool.io'], resources: ['*'], verbs: ['get'] },
      { apiGroups: ['*'], resources: ['backups'], verbs: ['*'] },
    ]
    const role = object('ClusterRole', 'tool', { rules }, rbac)
    expect(countManifests([role])).toEqual({ ...none, objects: 1, permissions: 9, unboundedGrants: 2 })
    const own = object('Role', 'tool', { rules: rules.slice(0, 1) }, rbac)
    expect(countManifests([role, own]).permissions).toBe(15)
    // Aggregated roles have no rules of their own, and a Role of another group is no Role.
    expect(countManifests([object('ClusterRole', 'sum', { rules: null }, rbac)]).permissions).toBe(0)
    expect(countManifests([object('Role', 'tool', { rules }, 'tool.io/v1')]).permissions).toBe(0)
  })

  test('a binding to cluster-admin is a grant without bounds, another binding is none', () => {
    const bind = (kind: string, name: string) => object(kind, `${kind}-${name}`, { roleRef: { name } }, rbac)
    const bindings = [bind('ClusterRoleBinding', 'cluster-admin'), bind('RoleBinding', 'cluster-admin')]
    expect(countManifests(bindings).unboundedGrants).toBe(2)
    expect(countManifests([bind('ClusterRoleBinding', 'tool'), bind('Tool', 'cluster-admin')]).unboundedGrants).toBe(0)
  })
})

test('lines are those that say something', () => {
  expect(countLines('# a comment\nkey: value\n\n  - item # one\n  # indented\n\t\n')).toBe(2)
  expect(countLines('')).toBe(0)
})

const small: SimplicityFacts = {
  tool: 'small',
  strategy: 'copy',
  manifests: { objects: 3, definitions: 0, images: 1, privilegedPods: 0, permissions: 6, unboundedGrants: 0 },
  effort: {
    configuration: [
      { what: 'a CronJob', lines: 30 },
      { what: 'a Secret', lines: 8 },
    ],
    firstBackup: ['Write the CronJob.', 'Create a Job from it.'],
    restore: ['Write a Job that restores.', 'Scale the service down.', 'Run the Job.'],
  },
  installMs: [],
}
const large: SimplicityFacts = {
  tool: 'large',
  strategy: 'copy',
  manifests: { objects: 30, definitions: 13, images: 1, privilegedPods: 1, permissions: 0, unboundedGrants: 1 },
  effort: { configuration: [], firstBackup: ['Create a Backup.'], restore: ['Create a Restore.'] },
  installMs: [9000],
}
const countsOf = (own: SimplicityFacts, ...others: SimplicityFacts[]) =>
  Object.fromEntries(
    compareSimplicity(own, [own, ...others]).counts.map(({ criterion, count, rank, of }) => [
      criterion,
      [count, rank, of],
    ]),
  )

test('a tool is counted by each criterion of the rubric, and ranked by each alone', () => {
  expect(countsOf(small, large)).toEqual({
    objects: [3, 1, 2],
    definitions: [0, 1, 2],
    images: [1, 1, 2],
    privilegedPods: [0, 1, 2],
    permissions: [6, 2, 2],
    unboundedGrants: [0, 1, 2],
    configurationLines: [38, 2, 2],
    backupSteps: [2, 2, 2],
    restoreSteps: [3, 2, 2],
    installMs: [null, null, 1],
  })
  expect(countsOf(large, small)).toMatchObject({ objects: [30, 2, 2], images: [1, 1, 2], installMs: [9000, null, 1] })
  expect(rubric.map(({ name }) => name)).toEqual(Object.keys(countsOf(small)))
})

test('alone, or unknown, a tool has no rank', () => {
  expect(countsOf(small).objects).toEqual([3, null, 1])
  const unknown: SimplicityFacts = { ...small, tool: 'unknown', manifests: null, effort: null }
  expect(countsOf(unknown, small, large)).toMatchObject({ objects: [null, null, 2], backupSteps: [null, null, 2] })
  expect(countsOf(large, small, unknown).objects).toEqual([30, 2, 2])
})

test('equals share a rank, and those behind them count both', () => {
  const middle = { ...small, tool: 'middle' }
  expect(countsOf(small, middle, large).objects).toEqual([3, 1, 3])
  expect(countsOf(large, middle, small).objects).toEqual([30, 3, 3])
})

test('a time to install ranks only by a difference that is shown', () => {
  const times = (from: number, many: number) => Array.from({ length: many }, (_, index) => from + index)
  const [fast, slow] = [
    { ...small, installMs: times(1000, 8) },
    { ...large, installMs: times(2000, 8) },
  ]
  expect([countsOf(fast, slow).installMs, countsOf(slow, fast).installMs]).toEqual([
    [1003.5, 1, 2],
    [2003.5, 2, 2],
  ])
  const alike = { ...large, installMs: times(1001, 8) }
  expect([countsOf(fast, alike).installMs?.[1], countsOf(alike, fast).installMs?.[1]]).toEqual([1, 1])
  const once = { ...large, installMs: [2000] }
  expect([countsOf(fast, once).installMs, countsOf(once, fast).installMs]).toEqual([
    [1003.5, null, 2],
    [2000, null, 2],
  ])
})
