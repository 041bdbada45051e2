import { expect, test } from '@playwright/test'
import type { KubeObject } from '../../../../lib/kube/object.ts'
import {
  chooseKinds,
  exportNamespace,
  isGroupOfService,
  isApplied,
  MANAGED,
  strip,
  type ServedKinds,
} from '../../../../lib/components/support/namespace-objects.ts'
import { noSnapshot, planRestore, restoreNamespace } from '../../../../lib/components/support/namespace-restore.ts'
import { toolGroups } from '../../../../lib/components/needed.ts'
import { backedUpLab, claim, deployment, makeNamespace } from '../../stand-ins/backed-up-lab.ts'
import { annotatedMesh } from '../../stand-ins/meshes.ts'

const object = (kind: string, name: string, changes: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'drill', ...(changes.metadata as object) },
  ...Object.fromEntries(Object.entries(changes).filter(([key]) => key !== 'metadata')),
})

test('objects of faults and backup tools are no part of a service, and those of a mesh are', () => {
  for (const group of ['chaos-mesh.org', 'k8up.io', 'velero.io', 'k6.io', 'snapshot.storage.k8s.io'])
    expect(isGroupOfService(group, { toolGroups }), group).toBe(false)
  for (const group of ['apps', 'networking.istio.io', 'networking.k8s.io', 'notvelero.io'])
    expect(isGroupOfService(group, { toolGroups }), group).toBe(true)
})

test.describe('export of a namespace', () => {
  test('the export of a namespace has the applied objects without the fields that the cluster added', async () => {
    const { lab } = backedUpLab({
      objects: [
        claim('data'),
        deployment('web', 'data'),
        object('ConfigMap', 'kube-root-ca.crt'),
        object('Pod', 'web-1'),
      ],
    })
    await makeNamespace(lab)
    const exported = await exportNamespace(lab, 'drill')
    expect(exported.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Namespace drill',
      'PersistentVolumeClaim data',
      'Deployment web',
    ])
    expect(exported[1]).toEqual({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'drill' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    })
    expect(JSON.stringify(exported)).not.toContain('uid')
  })

  test('the export of a missing namespace is an error', async () => {
    await expect(exportNamespace(backedUpLab({}).lab, 'drill')).rejects.toThrow('"drill" does not exist')
  })

  test('objects of controllers, of the mesh and of backup drivers are not exported', () => {
    const owned = { metadata: { ownerReferences: [{ kind: 'Deployment', name: 'web' }] } }
    const made = [
      object('ReplicaSet', 'web-1', owned),
      object('ConfigMap', 'of-an-operator', owned),
      object('Job', 'migrate'),
      object('Lease', 'leader'),
      object('Endpoints', 'web'),
      object('EndpointSlice', 'web-x1'),
      object('ConfigMap', 'kube-root-ca.crt'),
      object('ConfigMap', 'annotated-roots'),
      object('Secret', 'identity-of-web', { metadata: { labels: { 'annotated.example/part': 'identity' } } }),
      object('Secret', 'token', { type: 'kubernetes.io/service-account-token' }),
      object('Secret', 'restic-store', { metadata: { labels: MANAGED } }),
      object('RoleBinding', 'pod-executor-namespaced'),
    ]
    expect(made.filter((one) => isApplied(one, annotatedMesh))).toEqual([])
    const applied = [
      object('ConfigMap', 'settings'),
      // It has the name of a mesh object, but another kind.
      object('Secret', 'annotated-roots', { metadata: { labels: { 'annotated.example/part': 'other' } } }),
      object('Secret', 'password', { type: 'Opaque' }),
      object('CronJob', 'report'),
      object('AuthorizationPolicy', 'web'),
      object('Secret', 'of-helm', { metadata: { labels: { 'app.kubernetes.io/managed-by': 'Helm' } } }),
    ]
    expect(applied.filter((one) => isApplied(one, annotatedMesh))).toEqual(applied)
  })

  test('an exported object has no address, port, volume or time that the cluster assigned', () => {
    const service = strip(
      object('Service', 'web', {
        metadata: {
          labels: { app: 'web' },
          creationTimestamp: '2026-11-21T02:00:00Z',
          resourceVersion: '7',
          generation: 2,
          managedFields: [{}],
          finalizers: ['x'],
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'kept' },
        },
        spec: {
          clusterIP: '10.96.3.4',
          clusterIPs: ['10.96.3.4'],
          type: 'NodePort',
          ports: [{ port: 80, nodePort: 31347 }],
        },
        status: { loadBalancer: {} },
      }),
    )
    expect(service).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'drill', labels: { app: 'web' }, annotations: { note: 'kept' } },
      spec: { type: 'NodePort', ports: [{ port: 80 }] },
    })
    const bound = { 'pv.kubernetes.io/bind-completed': 'yes', 'volume.kubernetes.io/selected-node': 'node-1' }
    expect(strip({ ...claim('data'), metadata: { name: 'data', annotations: bound } }).metadata).toEqual({
      name: 'data',
    })
  })

  test('an export keeps headless Services, the data of Secrets, and the labels of the namespace', () => {
    expect(strip(object('Service', 'web', { spec: { clusterIP: 'None', clusterIPs: ['None'] } })).spec).toEqual({
      clusterIP: 'None',
      clusterIPs: ['None'],
    })
    expect(strip(object('Secret', 'password', { type: 'Opaque', data: { key: 'dg==' } }))).toMatchObject({
      type: 'Opaque',
      data: { key: 'dg==' },
    })
    const labels = { 'kubernetes.io/metadata.name': 'drill', 'istio-injection': 'enabled' }
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'drill', labels },
      spec: { finalizers: ['kubernetes'] },
    }
    expect(strip(namespace)).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'drill', labels: { 'istio-injection': 'enabled' } },
    })
  })
})

test.describe('kinds to export', () => {
  type Served = ServedKinds['resources'][number]
  const kind = (name: string, changes: Partial<Served> = {}): Served => ({
    kind: name,
    name: `${name.toLowerCase()}s`,
    namespaced: true,
    verbs: ['create', 'delete', 'get', 'list', 'patch'],
    ...changes,
  })

  test('each kind is exported once, in the first version that serves it', () => {
    const lists = [
      { groupVersion: 'networking.istio.io/v1', resources: [kind('Gateway')] },
      { groupVersion: 'networking.istio.io/v1alpha3', resources: [kind('Gateway'), kind('EnvoyFilter')] },
      { groupVersion: 'gateway.networking.k8s.io/v1', resources: [kind('Gateway')] },
    ]
    expect(chooseKinds(lists)).toEqual([
      { apiVersion: 'networking.istio.io/v1', kind: 'Gateway' },
      { apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter' },
      { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' },
    ])
  })

  test('cluster-wide kinds, subresources and kinds that cannot be applied are not exported', () => {
    const resources = [
      kind('Node', { namespaced: false }),
      kind('Scale', { name: 'deployments/scale' }),
      kind('Binding', { verbs: ['create'] }),
      kind('Measurement', { verbs: ['get', 'list'] }),
      kind('Event'),
    ]
    expect(chooseKinds([{ groupVersion: 'v1', resources }])).toEqual([])
  })
})

test.describe('restore of a namespace', () => {
  const objects = [
    deployment('web', 'data'),
    object('VirtualService', 'web', { spec: { hosts: ['web.drill'] } }),
    claim('data'),
    object('Secret', 'password'),
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill' } },
    object('Service', 'web'),
  ]

  test('a restore applies configuration first, then claims, and workloads last', () => {
    const plan = planRestore(objects)
    const kinds = (list: KubeObject[]) => list.map(({ kind }) => kind)
    expect(kinds(plan.before)).toEqual(['Namespace', 'Secret'])
    expect(kinds(plan.claims)).toEqual(['PersistentVolumeClaim'])
    expect(kinds(plan.after)).toEqual(['VirtualService', 'Service', 'Deployment'])
  })

  test('a restore of a copy changes the namespace and keeps the host names', () => {
    const { before, claims, after } = planRestore(objects, 'copy')
    expect(before[0]?.metadata.name).toBe('copy')
    expect([...before.slice(1), ...claims, ...after].map(({ metadata }) => metadata.namespace)).toEqual(
      Array(5).fill('copy'),
    )
    expect(after[0]?.spec).toEqual({ hosts: ['web.drill'] })
    expect(objects[0]?.metadata.namespace).toBe('drill')
  })

  const filled = { ...noSnapshot(['data'], {}), startedMs: 5, endedMs: 7, bytes: 9 }

  test('a restore creates no workloads if the data could not be restored', async () => {
    const { lab, applied } = backedUpLab({})
    const result = await restoreNamespace(lab.kube, planRestore(objects), [], () => Promise.resolve(filled))
    expect(result).toMatchObject({ succeeded: false, state: 'NoSnapshot' })
    expect(applied.map(({ kind }) => kind)).toEqual(['Namespace', 'Secret', 'PersistentVolumeClaim'])
  })

  test('the time of a restore runs from the first claim to the last workload', async () => {
    const { lab, applied, startedMs } = backedUpLab({})
    const seen: string[] = []
    const fill = () => {
      seen.push(...applied.map(({ kind }) => kind))
      return Promise.resolve({ ...filled, succeeded: true })
    }
    const result = await restoreNamespace(lab.kube, planRestore(objects), [object('Secret', 'own')], fill)
    expect(seen).toEqual(['Namespace', 'Secret', 'Secret', 'PersistentVolumeClaim'])
    expect(applied.at(-1)?.kind).toBe('Deployment')
    expect(result).toMatchObject({ startedMs, endedMs: startedMs })
  })

  test('a restore is refused while one of its claims exists', async () => {
    const { lab, applied } = backedUpLab({})
    await lab.kube.apply([claim('data')])
    const restoring = restoreNamespace(lab.kube, planRestore(objects), [], () => Promise.resolve(filled))
    await expect(restoring).rejects.toThrow('claim "data" in namespace "drill" still exists')
    expect(applied).toHaveLength(1)
  })
})
