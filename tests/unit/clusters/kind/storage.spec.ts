import { expect, test } from '@playwright/test'
import { hostPathOf, installHostPath } from '../../../../lib/clusters/kind/host-path.ts'
import { manifests } from '../../../../lib/clusters/public/catalog.ts'
import { parseManifest, type KubeClient } from '../../../../lib/kube/client.ts'
import type { KubeObject } from '../../../../lib/kube/object.ts'
import { podOf } from '../../stand-ins/faults.ts'
import { labWith, only } from '../../stand-ins/lab.ts'

/** The storage of public registries on kind: what is installed of it, where, and in which order. */

/** In the shape of the public manifests, and no more of them. */
const STAND_INS: Record<string, string> = {
  'external-snapshotter/crds': `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: volumesnapshots.snapshot.storage.k8s.io }
`,
  'external-snapshotter/controller': `
apiVersion: v1
kind: ServiceAccount
metadata: { name: snapshot-controller, namespace: kube-system }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: snapshot-controller, namespace: kube-system }
spec:
  replicas: 2
  template: { spec: { containers: [{ name: snapshot-controller, image: 'r.io/sig-storage/snapshot-controller:v1' }] } }
`,
  'csi-driver-host-path': `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: provisioner }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: provisioner }
roleRef: { kind: ClusterRole, name: provisioner }
subjects: [{ kind: ServiceAccount, name: plugin, namespace: default }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: resizer }
roleRef: { kind: Role, name: resizer }
subjects: [{ kind: ServiceAccount, name: plugin }]
---
apiVersion: storage.k8s.io/v1
kind: CSIDriver
metadata: { name: hostpath.csi.k8s.io }
spec: { podInfoOnMount: true }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: csi-hostpathplugin, namespace: default }
spec:
  replicas: 1
  template:
    metadata: { labels: { of: theirs } }
    spec:
      serviceAccountName: plugin
      containers:
        - { name: hostpath, image: 'r.io/sig-storage/hostpathplugin:v1', livenessProbe: {}, volumeMounts: [{ name: data }] }
        - { name: csi-resizer, image: 'r.io/sig-storage/csi-resizer:v1' }
        - { name: metadata, image: 'r.io/sig-storage/metadata:v1', volumeMounts: [{ name: certificates }] }
      volumes: [{ name: data, hostPath: { path: /data } }, { name: certificates, secret: { secretName: none } }]
`,
}

const artifacts = {
  manifests: (name: string) => Promise.resolve(parseManifest(STAND_INS[name] ?? '', name)),
  image: (name: string) => `mirror/${name}:x`,
}

const found = (objects: KubeObject[], kind: string): KubeObject => {
  const object = objects.find((one) => one.kind === kind)
  if (object === undefined) throw new Error(`no ${kind}`)
  return object
}

test('sidecars of the public storage that no drill needs are left out, with their bindings', async () => {
  const { objects, images: used } = await hostPathOf(artifacts).read()
  expect(found(objects, 'StatefulSet').spec).toEqual({
    replicas: 1,
    template: {
      metadata: { labels: { of: 'theirs' } },
      spec: {
        serviceAccountName: 'plugin',
        containers: [
          { name: 'hostpath', image: 'mirror/sig-storage/hostpathplugin:x', volumeMounts: [{ name: 'data' }] },
        ],
        volumes: [{ name: 'data', hostPath: { path: '/data' } }],
        nodeSelector: { 'kubernetes.io/hostname': 'meshdrill-worker' },
      },
    },
  })
  expect(objects.map(({ kind }) => kind)).not.toContain('RoleBinding')
  expect(found(objects, 'CSIDriver').spec).toEqual({ podInfoOnMount: true, attachRequired: false })
  expect(used).toEqual(['mirror/sig-storage/snapshot-controller:x', 'mirror/sig-storage/hostpathplugin:x'])
})

test('the public storage runs in the namespace of the storage pods, whose use counts as the tool’s, and its controller on the system nodes', async () => {
  const { objects } = await hostPathOf(artifacts).read()
  const namespaces = objects.flatMap(({ metadata: { namespace } }) => (namespace === undefined ? [] : [namespace]))
  expect(namespaces).toEqual(['storage', 'storage', 'storage'])
  const subjects = [{ kind: 'ServiceAccount', name: 'plugin', namespace: 'storage' }]
  expect(found(objects, 'ClusterRoleBinding')).toMatchObject({ subjects })
  const nodeSelector = { 'node-role.kubernetes.io/control-plane': '' }
  expect(found(objects, 'Deployment').spec).toMatchObject({ replicas: 1, template: { spec: { nodeSelector } } })
  const [volumes, snapshots] = [found(objects, 'StorageClass'), found(objects, 'VolumeSnapshotClass')]
  expect(volumes.provisioner).toBe(found(objects, 'CSIDriver').metadata.name)
  expect(snapshots).toMatchObject({ driver: volumes.provisioner, deletionPolicy: 'Delete' })
  expect(snapshots.metadata.labels).toHaveProperty(['velero.io/csi-volumesnapshot-class'])
})

test('a changed pin leads to a new cluster', () => {
  const recipe = (pinned?: typeof manifests) => hostPathOf(artifacts, pinned).recipe
  const [file, ...files] = manifests['csi-driver-host-path'] ?? []
  expect(recipe()).toBe(recipe({ ...manifests }))
  const other = { ...manifests, 'csi-driver-host-path': [{ url: file?.url ?? '', sha256: 'other' }, ...files] }
  expect(recipe(other)).not.toBe(recipe())
  // What is not of it makes none.
  expect(recipe({ ...manifests, 'k8up/role': [] })).toBe(recipe())
})

test('images are loaded first, and definitions are established before their objects are applied', async () => {
  const steps: string[] = []
  const registered = [null, [{ name: 'hostpath.csi.k8s.io' }]]
  const { kube } = labWith((memory) => ({
    config: only<KubeClient['config']>({
      makeApiClient: () => ({
        readCSINode: ({ name }: { name: string }) => {
          steps.push(name)
          return Promise.resolve({ spec: { drivers: registered.shift() ?? null } })
        },
      }),
    } as object),
    async apply(list) {
      steps.push(...list.map(({ kind }) => kind))
      const status = { conditions: [{ type: 'Established', status: 'True' }] }
      await memory.apply(list.map((object) => ({ ...object, status })))
    },
    get: (reference) => {
      steps.push(`${reference.kind} is there`)
      return memory.get(reference)
    },
    pods: (namespace, labels) => {
      steps.push(`${namespace} ${Object.values(labels ?? {}).join()}`)
      return Promise.resolve([podOf({ status: { conditions: [{ type: 'Ready', status: 'True' }] } })])
    },
  }))
  const loadImages = (list: string[]): Promise<void> => {
    steps.push(...list)
    return Promise.resolve()
  }
  await installHostPath(await hostPathOf(artifacts).read(), kube, loadImages)
  expect(steps).toEqual([
    ...['mirror/sig-storage/snapshot-controller:x', 'mirror/sig-storage/hostpathplugin:x'],
    ...[
      'CustomResourceDefinition',
      'CustomResourceDefinition is there',
      'Namespace',
      'StorageClass',
      'VolumeSnapshotClass',
      'ServiceAccount',
      'Deployment',
    ],
    ...['ClusterRole', 'ClusterRoleBinding', 'CSIDriver', 'StatefulSet'],
    ...['storage snapshot-controller', 'storage csi-hostpathplugin', 'meshdrill-worker', 'meshdrill-worker'],
  ])
})
