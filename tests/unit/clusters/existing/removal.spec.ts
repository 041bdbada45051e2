import { gzipSync } from 'node:zlib'
import { expect } from '@playwright/test'
import { existing } from '../../../../lib/clusters/existing/existing.ts'
import { UID } from './world.ts'
import { make, test, type Begun } from './lab-fixture.ts'

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const SYSTEM = '/api/v1/namespaces/meshdrill-system'
const VIRTUAL_SERVICE = '/apis/networking.istio.io/v1/namespaces/payroll/virtualservices/payroll'

const labelled = (labId: string | null) => (labId === null ? {} : { labels: { 'meshdrill.dev/lab': labId } })

const put = ({ server }: Begun, path: string, labId: string | null, fields: object = {}) => {
  const [name = '', , inside] = path.split('/').reverse()
  const namespaced = path.includes('/namespaces/') && path.split('/').length > 5
  const metadata = { name, ...(namespaced ? { namespace: inside } : {}), ...labelled(labId) }
  return server.put(path, { ...fields, metadata })
}

const namespace = (world: Begun, name: string, labId: string | null = null) =>
  put(world, `/api/v1/namespaces/${name}`, labId, { apiVersion: 'v1', kind: 'Namespace' })

const definition = (
  world: Begun,
  [plural = '', group = '', kind = '']: string[],
  labId: string | null,
  annotations = {},
) => {
  const names = { plural, kind }
  const stored = put(world, `${DEFINITIONS}/${plural}.${group}`, labId, {
    spec: { group, names, versions: [{ name: 'v1', storage: true }] },
  })
  Object.assign(stored.metadata, { annotations })
}

/** An Istio that the user installs with helm by its guide. Names, namespaces and releases are the same as in drills. */
function userInstallsIstio(world: Begun): string[] {
  const helm = { 'meta.helm.sh/release-name': 'istio-base', 'meta.helm.sh/release-namespace': 'istio-system' }
  namespace(world, 'istio-system')
  namespace(world, 'payroll')
  put(world, '/apis/apps/v1/namespaces/istio-system/deployments/istiod', null, {
    spec: { template: { spec: { containers: [{ image: 'docker.io/istio/pilot:1.30.4' }] } } },
  })
  definition(world, ['virtualservices', 'networking.istio.io', 'VirtualService'], null, helm)
  put(world, VIRTUAL_SERVICE, null, { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', spec: {} })
  release(world, 'istio-base', 'istio-system', null, [])
  return [...world.server.objects.keys()]
}

/** Helm's record of a release, in helm's format. */
function release(world: Begun, name: string, inside: string, labId: string | null, objects: object[]): void {
  const manifest = objects.map((object) => `---\n${JSON.stringify(object)}\n`).join('')
  const packed = gzipSync(JSON.stringify({ name, manifest })).toString('base64')
  const path = `/api/v1/namespaces/${inside}/secrets/sh.helm.release.v1.${name}.v1`
  const stored = put(world, path, null, { data: { release: Buffer.from(packed).toString('base64') } })
  const labels = { owner: 'helm', name, ...labelled(labId).labels }
  Object.assign(stored.metadata, { labels })
}

const end = async (world: Begun): Promise<string[]> =>
  (await (await existing({ ...world.options, confirm: UID }).find())?.end()) ?? []

const missing = ({ server }: Begun, paths: string[]): string[] => paths.filter((path) => !server.objects.has(path))

test('an Istio of the user stays, even if a killed run had noted its own installation of Istio', async ({ world }) => {
  await make(world, { keep: true })
  const theirs = userInstallsIstio(world).filter((path) => !path.startsWith(SYSTEM) && !path.includes('/leases/'))
  const cluster = await existing({ ...world.options, confirm: UID }).attach()
  expect(cluster.has('istio')).toBe(false)
  expect(await end(world)).toContain('namespace meshdrill-system')
  expect(missing(world, theirs)).toEqual([])
})

test('a part that an earlier run only intended to install is not proven, and the next run changes nothing', async ({
  world,
}) => {
  await make(world, { keep: true })
  await (await existing({ ...world.options, confirm: UID }).find())?.leave()
  userInstallsIstio(world)
  world.server.changes.length = 0
  await expect(make(world)).rejects.toThrow(
    /istiod was to be installed by an earlier run, and there are definitions of istio\.io, namespace "istio-system".*not proven.*Next: npm run lab:down/,
  )
  expect(world.server.changes).toEqual([])
})

test('after an interrupted installation exactly the objects with the label of the lab are removed', async ({
  world,
}) => {
  const before = [...world.server.objects.keys()]
  const { labId } = await make(world, { keep: true })
  namespace(world, 'velero', labId)
  definition(world, ['backups', 'velero.io', 'Backup'], labId)
  put(world, '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/velero', labId)
  namespace(world, 'payroll')
  put(world, '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/k8up-manager', null)
  await end(world)
  expect([...world.server.objects.keys()].sort()).toEqual(
    [
      ...before,
      '/api/v1/namespaces/payroll',
      '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/k8up-manager',
    ].sort(),
  )
})

test('objects of a helm release are removed if all its revisions have the label of the lab', async ({ world }) => {
  const { labId } = await make(world, { keep: true })
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'istiod-reader' } }
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/istiod-reader'
  const helm = { 'meta.helm.sh/release-name': 'istiod', 'meta.helm.sh/release-namespace': 'istio-system' }
  namespace(world, 'istio-system', labId)
  Object.assign(put(world, path, null, role).metadata, { annotations: helm })
  release(world, 'istiod', 'istio-system', labId, [role])
  await end(world)
  expect(missing(world, [path, '/api/v1/namespaces/istio-system'])).toHaveLength(2)
})

test('objects of a helm release stay if one of its revisions lacks the label of the lab', async ({ world }) => {
  const { labId } = await make(world, { keep: true })
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'istiod-reader' } }
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/istiod-reader'
  const helm = { 'meta.helm.sh/release-name': 'istiod', 'meta.helm.sh/release-namespace': 'istio-system' }
  namespace(world, 'istio-system')
  Object.assign(put(world, path, null, role).metadata, { annotations: helm })
  release(world, 'istiod', 'istio-system', null, [role])
  await end(world)
  expect(missing(world, [path, '/api/v1/namespaces/istio-system'])).toEqual([])
  expect(labId).not.toBe('')
})

test('an object that replaced a noted object has another UID and stays', async ({ world }) => {
  const cluster = await make(world, { keep: true })
  namespace(world, 'velero', cluster.labId)
  const binding = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/velero'
  put(world, binding, cluster.labId)
  await cluster.note('velero')
  for (const path of ['/api/v1/namespaces/velero', binding]) world.server.objects.delete(path)
  namespace(world, 'velero')
  put(world, '/api/v1/namespaces/velero/secrets/theirs', null)
  put(world, binding, null)
  await end(world)
  expect(missing(world, [binding, '/api/v1/namespaces/velero', '/api/v1/namespaces/velero/secrets/theirs'])).toEqual([])
})

test('a definition with objects of others stays, and only objects of the lab are removed', async ({ world }) => {
  const cluster = await make(world, { keep: true })
  namespace(world, 'istio-system', cluster.labId)
  definition(world, ['virtualservices', 'networking.istio.io', 'VirtualService'], cluster.labId)
  definition(world, ['gateways', 'networking.istio.io', 'Gateway'], cluster.labId)
  namespace(world, 'payroll')
  namespace(world, 'file-system-node-loss', cluster.labId)
  put(world, VIRTUAL_SERVICE, null)
  const own = '/apis/networking.istio.io/v1/namespaces/file-system-node-loss/virtualservices/ledger'
  const finalized = '/apis/networking.istio.io/v1/namespaces/payroll/gateways/held'
  put(world, own, cluster.labId)
  Object.assign(put(world, finalized, null).metadata, { finalizers: ['example.org/mine'] })
  await cluster.note('istio')
  await end(world)
  const kept = ['virtualservices', 'gateways'].map((plural) => `${DEFINITIONS}/${plural}.networking.istio.io`)
  expect(missing(world, [VIRTUAL_SERVICE, finalized, ...kept])).toEqual([])
  expect(
    missing(world, [own, '/api/v1/namespaces/istio-system', '/api/v1/namespaces/file-system-node-loss']),
  ).toHaveLength(3)
  expect(world.server.objects.get(finalized)?.metadata).toMatchObject({ finalizers: ['example.org/mine'] })
})

test('a namespace with the name of a drill and without the label of the lab stays', async ({ world }) => {
  const { labId } = await make(world, { keep: true })
  namespace(world, 'file-system-node-loss')
  namespace(world, 'file-system-node-loss-1', '0b0e7a3c-0000-4000-8000-00000000000f')
  namespace(world, 'manual-pod-kill', labId)
  expect(await end(world)).toContain('namespace manual-pod-kill')
  expect(
    missing(world, ['/api/v1/namespaces/file-system-node-loss', '/api/v1/namespaces/file-system-node-loss-1']),
  ).toEqual([])
})

test('snapshots of a namespace that only has the name of a drill stay in the storage', async ({ world }) => {
  const { labId } = await make(world, { keep: true })
  definition(world, ['volumesnapshotclasses', 'snapshot.storage.k8s.io', 'VolumeSnapshotClass'], null)
  const contents = '/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents'
  const content = (name: string, inside: string) =>
    put(world, `${contents}/${name}`, null, {
      spec: { deletionPolicy: 'Retain', volumeSnapshotRef: { namespace: inside } },
    })
  namespace(world, 'data-mover-node-loss', labId)
  namespace(world, 'file-system-node-loss')
  content('own', 'data-mover-node-loss')
  content('theirs', 'file-system-node-loss')
  content('gone', 'operator-node-loss')
  await end(world)
  expect(
    missing(
      world,
      ['own', 'theirs', 'gone'].map((name) => `${contents}/${name}`),
    ),
  ).toEqual([`${contents}/own`])
  expect(world.server.objects.get(`${contents}/theirs`)?.spec).toMatchObject({ deletionPolicy: 'Retain' })
})

test("an istiod's root certificate is removed from every namespace, and that of another istiod stays", async ({
  world,
}) => {
  const cluster = await make(world, { keep: true })
  const certificate = (inside: string, pem: string) => {
    const path = `/api/v1/namespaces/${inside}/configmaps/istio-ca-root-cert`
    const stored = put(world, path, null, { data: { 'root-cert.pem': pem } })
    Object.assign(stored.metadata, { labels: { 'istio.io/config': 'true' } })
    return path
  }
  namespace(world, 'istio-system', cluster.labId)
  for (const name of ['shop', 'payroll']) namespace(world, name)
  certificate('istio-system', 'ours')
  const paths = [certificate('shop', 'ours'), certificate('payroll', 'of another')]
  await cluster.note('istio')
  await end(world)
  expect(missing(world, paths)).toEqual([paths[0]])
})

test('notes of version 1 allow no deletions, and stay while an object exists that only they name', async ({
  world,
}) => {
  const owner = { host: 'other-desk', pid: 7 }
  const parts = { istiod: 'ours', 'istio-ingress': 'ours', 'Chaos Mesh': 'ours' }
  const text = JSON.stringify({ owner, keep: true, parts, versions: {}, installed: [] })
  namespace(world, 'meshdrill-system')
  put(world, `${SYSTEM}/configmaps/meshdrill`, null, { data: { 'notes.json': text } })
  const theirs = userInstallsIstio(world)
  world.server.changes.length = 0
  await end(world)
  expect(missing(world, theirs)).toEqual([])
  expect(world.server.changes.filter((change) => !change.includes('/leases'))).toEqual([])
  world.server.changes.length = 0
  await expect(make(world)).rejects.toThrow('istiod was noted by an older meshdrill')
  expect(world.server.changes).toEqual([])
})

test('a namespace meshdrill-system that meshdrill did not create keeps the objects of others', async ({ world }) => {
  namespace(world, 'meshdrill-system')
  put(world, `${SYSTEM}/secrets/theirs`, null)
  await make(world)
  await end(world)
  expect(missing(world, [SYSTEM, `${SYSTEM}/secrets/theirs`])).toEqual([])
  expect(world.server.objects.has(`${SYSTEM}/configmaps/meshdrill`)).toBe(false)
})
