import { gzipSync } from 'node:zlib'
import { expect, test as base } from '@playwright/test'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import { createNamespace } from '../../../lib/drill/service.ts'
import { removeNamespace } from '../../../lib/lab/namespaces.ts'
import { namespaceDeletion } from '../../../lib/faults/namespace-deletion.ts'
import { connect } from '../../../lib/kube/client.ts'
import { objectsOfRelease, ownerOfRelease } from '../../../lib/kube/helm-release.ts'
import { installingLab } from '../../../lib/lab/charts.ts'
import { LAB_LABEL, labellingClient } from '../../../lib/kube/ownership.ts'
import { ForeignObject } from '../../../lib/kube/foreign-object.ts'
import type { Lab } from '../../../lib/lab/lab.ts'
import type { InstalledMesh } from '../../../lib/components/mesh.ts'
import { makeWorld, type ExistingWorld } from '../clusters/existing/world.ts'
import { writeKubeconfig } from '../clusters/existing/world.ts'
import { faultTarget } from '../stand-ins/faults.ts'
import { only } from '../stand-ins/lab.ts'

const LAB_ID = '0b0e7a3c-0000-4000-8000-000000000001'
const NAMESPACE = '/api/v1/namespaces/operator-node-loss'

const test = base.extend<{ world: ExistingWorld; lab: Lab }>({
  world: async ({}, use, testInfo) => {
    const world = await makeWorld(testInfo.outputPath())
    await use(world)
    await world.server.close()
  },
  lab: async ({ world }, use, testInfo) => {
    const file = writeKubeconfig(testInfo.outputPath('pinned'), world.server.url, 'token-of-today', 'mine')
    const noop = noopLab()
    await use({ ...noop, cluster: { ...noop.cluster, labId: LAB_ID }, kube: labellingClient(connect(file), LAB_ID) })
  },
})

const mesh = only<InstalledMesh>({ takesIn: { labels: { 'istio-injection': 'enabled' } } })
const foreignNamespace = (name: string, labels?: object) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, uid: `uid of ${name}`, ...(labels === undefined ? {} : { labels }) },
})

test('a drill creates its namespace with the label of the lab and admits pods that change their network', async ({
  world,
  lab,
}) => {
  await createNamespace(lab, mesh, 'operator-node-loss')
  expect(world.server.objects.get(NAMESPACE)?.metadata).toMatchObject({
    labels: {
      [LAB_LABEL]: LAB_ID,
      'istio-injection': 'enabled',
      'pod-security.kubernetes.io/enforce': 'privileged',
    },
  })
})

for (const [state, labels] of [
  ['without a label', undefined],
  ['with the label of another lab', { [LAB_LABEL]: '0b0e7a3c-0000-4000-8000-000000000002' }],
  ['with an empty label', { [LAB_LABEL]: '' }],
] as const)
  test(`a drill is refused if its namespace exists ${state}, and the namespace is not changed`, async ({
    world,
    lab,
  }) => {
    world.server.put(NAMESPACE, foreignNamespace('operator-node-loss', labels))
    await expect(createNamespace(lab, mesh, 'operator-node-loss')).rejects.toThrow(ForeignObject)
    await expect(removeNamespace(lab, 'operator-node-loss')).rejects.toThrow(
      /Namespace "operator-node-loss" already exists and does not belong to this lab\. It was not changed\. Next: /,
    )
    expect(world.server.changes).toEqual([])
  })

test('the fault that deletes a namespace is refused if the namespace does not belong to the lab', async ({
  world,
  lab,
}) => {
  world.server.put(NAMESPACE, foreignNamespace('operator-node-loss'))
  const target = { ...faultTarget(), namespace: 'operator-node-loss' }
  await expect(namespaceDeletion().plan(lab, target)).rejects.toThrow(ForeignObject)
  expect(world.server.changes).toEqual([])
})

test('a namespace that someone else creates at the same moment is not changed', async ({ world, lab }) => {
  const late: Lab = { ...lab, kube: { ...lab.kube, get: () => Promise.resolve(null) } }
  world.server.put(NAMESPACE, foreignNamespace('operator-node-loss'))
  await expect(createNamespace(late, mesh, 'operator-node-loss')).rejects.toThrow(ForeignObject)
  expect(world.server.objects.get(NAMESPACE)?.metadata).toMatchObject({ uid: 'uid of operator-node-loss' })
})

test('a deletion with a UID does not delete another object with the same name', async ({ world, lab }) => {
  world.server.put(NAMESPACE, foreignNamespace('operator-node-loss'))
  const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'operator-node-loss', uid: 'another' } }
  await expect(lab.kube.delete(reference)).rejects.toMatchObject({ code: 409 })
  expect(world.server.objects.has(NAMESPACE)).toBe(true)
})

test('an installation changes no existing object that does not belong to the lab', async ({ world, lab }) => {
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/velero'
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'velero' },
  }
  world.server.put(path, { ...binding, subjects: [{ kind: 'User', name: 'theirs' }] })
  await expect(
    installingLab(lab).kube.apply([{ ...binding, subjects: [{ kind: 'User', name: 'ours' }] }]),
  ).rejects.toThrow(ForeignObject)
  expect(world.server.objects.get(path)).toMatchObject({ subjects: [{ kind: 'User', name: 'theirs' }] })
  expect(world.server.changes).toEqual([])
  world.server.objects.delete(path)
  await installingLab(lab).kube.apply([{ ...binding, subjects: [{ kind: 'User', name: 'ours' }] }])
  await installingLab(lab).kube.apply([{ ...binding, subjects: [{ kind: 'User', name: 'ours, again' }] }])
  expect(world.server.objects.get(path)).toMatchObject({
    subjects: [{ kind: 'User', name: 'ours, again' }],
    metadata: { labels: { [LAB_LABEL]: LAB_ID } },
  })
})

test('a Helm release belongs to the lab only if every revision has the lab’s label', async ({ world, lab }) => {
  const release = { name: 'istiod', namespace: 'istio-system' }
  world.server.put('/api/v1/namespaces/istio-system', foreignNamespace('istio-system'))
  const put = (revision: number, labels: object, kinds: string[]) => {
    const manifest = kinds.map((kind) => `apiVersion: v1\nkind: ${kind}\nmetadata: { name: a }\n`).join('---\n')
    const packed = gzipSync(JSON.stringify({ manifest })).toString('base64')
    world.server.put(`/api/v1/namespaces/istio-system/secrets/sh.helm.release.v1.istiod.v${revision}`, {
      metadata: { name: `v${revision}`, labels: { owner: 'helm', name: 'istiod', ...labels } },
      data: { release: Buffer.from(packed).toString('base64') },
    })
  }
  expect(await ownerOfRelease(lab.kube, release, LAB_ID)).toBe('nobody')
  put(1, { [LAB_LABEL]: LAB_ID }, ['ConfigMap'])
  expect(await ownerOfRelease(lab.kube, release, LAB_ID)).toBe('lab')
  put(2, { [LAB_LABEL]: LAB_ID }, ['ConfigMap', 'Secret'])
  expect((await objectsOfRelease(lab.kube, release)).map(({ kind }) => kind)).toEqual(['ConfigMap', 'Secret'])
  put(3, {}, ['Service'])
  expect(await ownerOfRelease(lab.kube, release, LAB_ID)).toBe('others')
})
