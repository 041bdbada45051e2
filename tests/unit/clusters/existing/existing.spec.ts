import { readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test as base } from '@playwright/test'
import { existing } from '../../../../lib/clusters/existing/existing.ts'
import type { ExistingRun } from '../../../../lib/clusters/existing/options.ts'
import { componentsFor } from '../../../../lib/components/needed.ts'
import { messageOf } from '../../../../lib/system/file-error.ts'
import {
  makeWorld,
  namespace,
  node,
  putIstio,
  RUN,
  storageClass,
  UID,
  usePrograms,
  writeKubeconfig,
  type ExistingWorld,
} from './world.ts'
import type { ApiServerOptions } from '../../stand-ins/api-server.ts'

/** Tests of the checks before the first change, with a stand-in for an API server. */
const RESTIC = componentsFor({ tools: ['restic'], meshes: ['istio'], loadPods: false })
const RESTIC_WITH_LOAD_PODS = componentsFor({ tools: ['restic'], meshes: ['istio'], loadPods: true })

const test = base.extend<{ given: Partial<ApiServerOptions>; world: ExistingWorld }>({
  given: [{}, { option: true }],
  world: async ({ given }, use, testInfo) => {
    const folder = testInfo.outputPath()
    const { PATH, XDG_STATE_HOME, MESHDRILL_RUN_UID } = process.env
    process.env.MESHDRILL_RUN_UID = RUN
    process.env.PATH = usePrograms(testInfo.outputPath('programs'))
    process.env.XDG_STATE_HOME = testInfo.outputPath('state')
    const world = await makeWorld(folder, given)
    await use(world)
    await world.server.close()
    process.env.PATH = PATH
    if (XDG_STATE_HOME === undefined) delete process.env.XDG_STATE_HOME
    else process.env.XDG_STATE_HOME = XDG_STATE_HOME
    if (MESHDRILL_RUN_UID === undefined) delete process.env.MESHDRILL_RUN_UID
    else process.env.MESHDRILL_RUN_UID = MESHDRILL_RUN_UID
  },
})

/** The error of creating the lab. Also checks that nothing in the cluster was changed. */
async function refusal({ server, options, log }: ExistingWorld, over: Partial<ExistingRun> = {}): Promise<string> {
  const provider = existing({ ...options, ...over })
  const making = provider.create({ keep: false, ownerPid: process.pid, log: (line) => log.push(line) })
  const error = await making.then(() => 'it was made', messageOf)
  expect(server.changes).toEqual([])
  return error
}

test.describe('a context', () => {
  test('a context that is missing or has no cluster is an error with the known contexts', async ({ world }) => {
    expect(await refusal(world, { context: 'theirs' })).toMatch(
      /no context "theirs" in .*known contexts: mine, torn\. Next: /,
    )
    expect(await refusal(world, { context: 'torn' })).toMatch(/"torn" names cluster "gone", which its kubeconfig/)
    expect(await refusal(world, { kubeconfigs: ['/nowhere/config'] })).toMatch(/no kubeconfig at \/nowhere\/config/)
  })

  test('an expired token has another error than a missing right', async ({ world }, testInfo) => {
    const kubeconfigs = [writeKubeconfig(testInfo.outputPath(), world.server.url, 'token-of-yesterday')]
    expect(await refusal(world, { kubeconfigs })).toMatch(
      /does not accept user "me": the token.*has expired.*Next: log in/,
    )
  })

  test('a context that leads to no API server is an error', async ({ world }, testInfo) => {
    const page = createServer((_request, response) => response.end('<html>log in</html>'))
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`
    const to = (server: string, token: string) => ({
      kubeconfigs: [writeKubeconfig(testInfo.outputPath(), server, token)],
    })
    expect(await refusal(world, to(url, 'a'))).toMatch(/No API server answers for context "mine" at http/)
    await new Promise((resolve) => page.close(resolve))
    expect(await refusal(world, to(url, 'b'))).toMatch(/No API server answers for context "mine" at .*ECONNREFUSED/)
  })
})

test.describe('rights that are missing', () => {
  test.use({ given: { denied: ['create pods', 'delete leases', 'escalate clusterroles'] } })
  test('missing rights are listed, beginning with those of every run', async ({ world }) => {
    const error = await refusal(world, { confirm: UID })
    expect(error).toContain(
      'lacks rights that the drills need:\n  create pods\n  delete leases.coordination.k8s.io\nNext:',
    )
  })
})

test.describe('a right that the load in the cluster needs', () => {
  test.use({ given: { denied: ['create testruns'] } })
  test('rights for the k6-operator are checked only if pods run the load', async ({ world }) => {
    expect(await refusal(world, { confirm: UID, components: ['k6-operator'] })).toContain('create testruns.k6.io')
  })
})

test.describe('a right to install', () => {
  test.use({ given: { denied: ['escalate clusterroles'] } })
  test('rights to install are checked only if something must be installed', async ({ world }) => {
    expect(await refusal(world, { confirm: UID })).toContain('escalate clusterroles.rbac.authorization.k8s.io')
  })
})

test.describe('a cluster', () => {
  const lease = (renewTime: string) => ({
    metadata: { name: 'meshdrill', namespace: 'meshdrill-system' },
    spec: { holderIdentity: 'ann@desk, process 7', leaseDurationSeconds: 60, renewTime },
  })
  const LEASE = '/apis/coordination.k8s.io/v1/namespaces/meshdrill-system/leases/meshdrill'
  const deployed = (image: string) => ({
    metadata: { name: 'it' },
    spec: { template: { spec: { containers: [{ image }] } } },
  })
  const deployment = (space: string, name: string) => `/apis/apps/v1/namespaces/${space}/deployments/${name}`

  test('a cluster that another run uses is an error that names the owner', async ({ world }) => {
    world.server.objects.set(LEASE, lease(new Date().toISOString()))
    expect(await refusal(world, { confirm: UID })).toMatch(/in use by ann@desk, process 7, until 20.*Next: wait/)
  })

  test('a cluster is not changed before its UID is confirmed, and the plan and the command are shown', async ({
    world,
  }) => {
    const error = await refusal(world)
    expect(error).toContain('Nothing was changed')
    expect(error).toContain(`MESHDRILL_CONTEXT=mine MESHDRILL_CONFIRM=${UID} npx playwright test`)
    expect(world.log.join('\n')).toContain(
      'will be installed, and removed at the end: velero, namespace velero, definitions of velero.io',
    )
    expect(world.log.join('\n')).not.toContain('k8up')
    expect(await refusal(world, { confirm: 'another' })).toContain(
      `leads to cluster ${UID}, but cluster another was confirmed`,
    )
  })

  test('components that are in a cluster already are used, and only missing ones are installed', async ({ world }) => {
    putIstio(world)
    expect(await refusal(world, { components: RESTIC })).toContain('Nothing was changed')
    expect(world.log).toContain('  there already, used unchanged, and not removed: istiod, namespace istio-system')
    const installed = world.log.filter((line) => line.includes('will be installed'))
    expect(installed.map((line) => /end: ([^,]*)/.exec(line)?.[1])).toEqual(['istio-ingress', 'Chaos Mesh'])
  })

  test('only the images of the chosen workloads are needed', async ({ world }, testInfo) => {
    expect(await refusal(world, { workloads: ['files'] })).toContain(
      'the image "meshdrill/volume" is in no public registry',
    )
    const images = testInfo.outputPath('own-images.yaml')
    writeFileSync(images, 'meshdrill/volume: registry.example.org/volume:1\n')
    expect(await refusal(world, { workloads: ['files'], images })).toContain('Nothing was changed')
    expect(world.log.find((line) => line.includes('charts and images'))).toContain('library/nginx:1.28.0')
    expect(await refusal(world, { images })).toContain('the image "meshdrill/ledger" is in no public registry')
  })

  test('if pods run the load, the k6-operator is installed and this machine needs no k6', async ({
    world,
  }, testInfo) => {
    const calls = () => readdirSync(testInfo.outputPath('programs', 'bin'))
    putIstio(world)
    expect(await refusal(world, { components: RESTIC_WITH_LOAD_PODS })).toContain('Nothing was changed')
    expect(world.log).toContain(
      '  will be installed, and removed at the end: k6-operator, namespace k6-operator-system, definitions of k6.io',
    )
    expect(calls()).not.toContain('k6.calls')
    await refusal(world, { components: RESTIC })
    expect(calls()).toContain('k6.calls')
  })

  test('a cluster with an incomplete component or a namespace with the name of a drill is refused', async ({
    world,
  }) => {
    world.server.objects.set('/api/v1/namespaces/velero', namespace('velero'))
    world.server.objects.set('/api/v1/namespaces/file-system-node-loss', namespace('file-system-node-loss'))
    const error = await refusal(world, { confirm: UID })
    expect(error).toMatch(/velero does not run as .*but there are namespace "velero"/)
    expect(error).toMatch(/namespaces "file-system-node-loss" have names of drill namespaces/)
  })

  test('a cluster is not drilled with Velero if its Velero has backups of others', async ({ world }) => {
    world.server.objects.set(deployment('velero', 'velero'), deployed('velero/velero:v1.18.3'))
    world.server.objects.set('/apis/velero.io/v1/namespaces/velero/backupstoragelocations/default', {
      metadata: { name: 'default' },
      spec: { objectStorage: { bucket: 'payroll' }, config: { s3Url: 'https://s3.example.org' } },
    })
    expect(await refusal(world, { confirm: UID })).toMatch(
      /keeps its backups in bucket "payroll".*MESHDRILL_TOOL=restic/,
    )
    expect(await refusal(world, { components: RESTIC })).toContain('Nothing was changed. After your confirmation')
  })
})

test.describe('a clock that is wrong', () => {
  test.use({ given: { clockAheadMs: -60_000 } })
  test('a wrong clock is reported together with all other obstacles', async ({ world }) => {
    world.server.objects.set('/api/v1/nodes/two', node('two', { ready: 'False' }))
    const error = await refusal(world, { confirm: UID })
    expect(error).toMatch(/clock is \d\d[.\d]* s behind this machine's/)
    expect(error).toContain('"two" are not Ready')
  })
})

test('a StorageClass that keeps deleted volumes is refused', async ({ world }) => {
  const { objects } = world.server
  const put = (name: string, over: Parameters<typeof storageClass>[1]) =>
    objects.set(`/apis/storage.k8s.io/v1/storageclasses/${name}`, storageClass(name, over))
  put('disks', { reclaimPolicy: 'Retain' })
  expect(await refusal(world)).toContain('the default StorageClass keeps volumes')
  put('disks', { default: false })
  expect(await refusal(world)).toContain('there is no default StorageClass')
  expect(await refusal(world, { storageClass: 'fast' })).toContain('there is no StorageClass "fast"')
  expect(await refusal(world, { storageClass: 'disks' })).toContain('Nothing was changed')
})

test('a free volume in the StorageClass of the drills is an error', async ({ world }) => {
  const { objects } = world.server
  const put = (storageClassName: string, phase: string) =>
    objects.set('/api/v1/persistentvolumes/archive', {
      ...{ metadata: { name: 'archive' }, spec: { storageClassName }, status: { phase } },
    })
  put('disks', 'Available')
  expect(await refusal(world)).toMatch(/PersistentVolume "archive" of StorageClass "disks" is free.*Next: /)
  put('disks', 'Bound')
  expect(await refusal(world)).toContain('Nothing was changed')
  put('others', 'Available')
  expect(await refusal(world)).toContain('Nothing was changed')
})

test('a missing program, a wrong version and an unpublished image are errors before the first change', async ({
  world,
}, testInfo) => {
  expect(await refusal(world, { images: null })).toContain('the image "meshdrill/ledger" is in no public registry')
  process.env.PATH = usePrograms(testInfo.outputPath('older'), { velero: 'Client:\n\tVersion: v1.17.1' })
  expect(await refusal(world)).toMatch(/"velero" in PATH says "Client:.*needed is 1\.18\.x\. Next: https/)
  process.env.PATH = '/nowhere'
  expect(await refusal(world)).toMatch(/there is no "k6" in PATH\. Next: https/)
})

test('a bucket with objects is not used', async ({ world }) => {
  const listing =
    '<ListBucketResult><Contents><Key>payroll</Key><Size>1</Size><ETag>"e"</ETag><LastModified>2026-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>'
  const store = createServer((_request, response) => response.end(listing))
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(store.address() as AddressInfo).port}`
  const given = { url, region: 'r', bucket: 'mine', accessKey: 'a', secretKey: 's' }
  expect(await refusal(world, { confirm: UID, store: given })).toContain(
    '"mine" of ' + url + ' has objects that this lab did not write',
  )
  await new Promise((resolve) => store.close(resolve))
})

test('a cluster without a lab has none to attach to or to end', async ({ world }) => {
  const provider = existing(world.options)
  expect(await provider.find()).toBeNull()
  await expect(provider.attach()).rejects.toThrow('There is no lab of this run in context "mine"')
})
