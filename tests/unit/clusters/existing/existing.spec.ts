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

/** Tests of what is said before anything is changed, against a stand-in for an API server. */
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

/** What making the lab is refused with. In none of these cases may anything in the cluster have been changed. */
async function refusal({ server, options, log }: ExistingWorld, over: Partial<ExistingRun> = {}): Promise<string> {
  const provider = existing({ ...options, ...over })
  const making = provider.create({ keep: false, ownerPid: process.pid, log: (line) => log.push(line) })
  const error = await making.then(() => 'it was made', messageOf)
  expect(server.changes).toEqual([])
  return error
}

test.describe('a context', () => {
  test('that does not exist, or whose cluster does not, is named with those that do', async ({ world }) => {
    expect(await refusal(world, { context: 'theirs' })).toMatch(
      /no context "theirs" in .*there are: mine, torn\. Next: /,
    )
    expect(await refusal(world, { context: 'torn' })).toMatch(/"torn" names cluster "gone", which its kubeconfig/)
    expect(await refusal(world, { kubeconfigs: ['/nowhere/config'] })).toMatch(/no kubeconfig at \/nowhere\/config/)
  })

  test('with an expired token is told from one that may not', async ({ world }, testInfo) => {
    const kubeconfigs = [writeKubeconfig(testInfo.outputPath(), world.server.url, 'token-of-yesterday')]
    expect(await refusal(world, { kubeconfigs })).toMatch(
      /does not know user "me": the token.*is expired.*Next: log in/,
    )
  })

  test('that leads to no API server, or to something else, is not drilled', async ({ world }, testInfo) => {
    const page = createServer((_request, response) => response.end('<html>log in</html>'))
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}`
    const to = (server: string, token: string) => ({
      kubeconfigs: [writeKubeconfig(testInfo.outputPath(), server, token)],
    })
    expect(await refusal(world, to(url, 'a'))).toMatch(
      /Nothing answers as an API server at http.*context "mine" points/,
    )
    await new Promise((resolve) => page.close(resolve))
    expect(await refusal(world, to(url, 'b'))).toMatch(/Nothing answers as an API server at .*ECONNREFUSED/)
  })
})

test.describe('rights that are missing', () => {
  test.use({ given: { denied: ['create pods', 'delete leases', 'escalate clusterroles'] } })
  test('are listed, those of every run first', async ({ world }) => {
    const error = await refusal(world, { confirm: UID })
    expect(error).toContain(
      'lacks rights that the drills need:\n  create pods\n  delete leases.coordination.k8s.io\nNext:',
    )
  })
})

test.describe('a right that the load in the cluster needs', () => {
  test.use({ given: { denied: ['create testruns'] } })
  test('is asked for where pods are the load', async ({ world }) => {
    expect(await refusal(world, { confirm: UID, components: ['k6-operator'] })).toContain('create testruns.k6.io')
  })
})

test.describe('a right to install', () => {
  test.use({ given: { denied: ['escalate clusterroles'] } })
  test('is asked for where something is to be installed', async ({ world }) => {
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

  test('that another run uses is left to it, with its owner', async ({ world }) => {
    world.server.objects.set(LEASE, lease(new Date().toISOString()))
    expect(await refusal(world, { confirm: UID })).toMatch(/in use by ann@desk, process 7, until 20.*Next: wait/)
  })

  test('is not touched before its UID is confirmed: the plan is shown, and the command', async ({ world }) => {
    const error = await refusal(world)
    expect(error).toContain('Nothing was changed')
    expect(error).toContain(`MESHDRILL_CONTEXT=mine MESHDRILL_CONFIRM=${UID} npx playwright test`)
    expect(world.log.join('\n')).toContain(
      'will be installed, and removed at the end: velero, namespace velero, definitions of velero.io',
    )
    expect(world.log.join('\n')).not.toContain('k8up')
    expect(await refusal(world, { confirm: 'another' })).toContain(
      `leads to another cluster than the one that was confirmed: ${UID}, not another`,
    )
  })

  test('keeps what is there already, and only what is missing is installed', async ({ world }) => {
    putIstio(world)
    expect(await refusal(world, { components: RESTIC })).toContain('Nothing was changed')
    expect(world.log).toContain('  there already, used as it is and left: istiod, namespace istio-system')
    const installed = world.log.filter((line) => line.includes('will be installed'))
    expect(installed.map((line) => /end: ([^,]*)/.exec(line)?.[1])).toEqual(['istio-ingress', 'Chaos Mesh'])
  })

  test('needs the images of the workloads that are chosen, and of no others', async ({ world }, testInfo) => {
    expect(await refusal(world, { workloads: ['files'] })).toContain(
      'the image "meshdrill/volume" is in no public registry',
    )
    const images = testInfo.outputPath('own-images.yaml')
    writeFileSync(images, 'meshdrill/volume: registry.example.org/volume:1\n')
    expect(await refusal(world, { workloads: ['files'], images })).toContain('Nothing was changed')
    expect(world.log.find((line) => line.includes('charts and images'))).toContain('library/nginx:1.28.0')
    expect(await refusal(world, { images })).toContain('the image "meshdrill/ledger" is in no public registry')
  })

  test('whose load is to come from pods gets what runs them, and this machine needs no k6', async ({
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

  test('that has half of a part, or a namespace that drills would delete, is refused', async ({ world }) => {
    world.server.objects.set('/api/v1/namespaces/velero', namespace('velero'))
    world.server.objects.set('/api/v1/namespaces/file-system-node-loss', namespace('file-system-node-loss'))
    const error = await refusal(world, { confirm: UID })
    expect(error).toMatch(/velero does not run where it is looked for.*but there are namespace "velero"/)
    expect(error).toMatch(/namespaces "file-system-node-loss" bear the names of drills/)
  })

  test('whose Velero keeps the backups of somebody is not drilled with Velero', async ({ world }) => {
    world.server.objects.set(deployment('velero', 'velero'), deployed('velero/velero:v1.18.3'))
    world.server.objects.set('/apis/velero.io/v1/namespaces/velero/backupstoragelocations/default', {
      metadata: { name: 'default' },
      spec: { objectStorage: { bucket: 'payroll' }, config: { s3Url: 'https://s3.example.org' } },
    })
    expect(await refusal(world, { confirm: UID })).toMatch(
      /keeps its backups in bucket "payroll".*MESHDRILL_TOOL=restic/,
    )
    expect(await refusal(world, { components: RESTIC })).toContain('Nothing was changed. The above')
  })
})

test.describe('a clock that is wrong', () => {
  test.use({ given: { clockAheadMs: -60_000 } })
  test('is told with all else that stands in the way', async ({ world }) => {
    world.server.objects.set('/api/v1/nodes/two', node('two', { ready: 'False' }))
    const error = await refusal(world, { confirm: UID })
    expect(error).toMatch(/clock is \d\d[.\d]* s behind this machine's/)
    expect(error).toContain('"two" are not Ready')
  })
})

test('volumes that would stay when a drill deletes them are not made', async ({ world }) => {
  const { objects } = world.server
  const put = (name: string, over: Parameters<typeof storageClass>[1]) =>
    objects.set(`/apis/storage.k8s.io/v1/storageclasses/${name}`, storageClass(name, over))
  put('disks', { reclaimPolicy: 'Retain' })
  expect(await refusal(world)).toContain('the default StorageClass keeps the volumes')
  put('disks', { default: false })
  expect(await refusal(world)).toContain('there is no default StorageClass')
  expect(await refusal(world, { storageClass: 'fast' })).toContain('there is no StorageClass "fast"')
  expect(await refusal(world, { storageClass: 'disks' })).toContain('Nothing was changed')
})

test('a volume that waits for a claim of its owner is not taken by the claim of a drill', async ({ world }) => {
  const { objects } = world.server
  const put = (storageClassName: string, phase: string) =>
    objects.set('/api/v1/persistentvolumes/archive', {
      ...{ metadata: { name: 'archive' }, spec: { storageClassName }, status: { phase } },
    })
  put('disks', 'Available')
  expect(await refusal(world)).toMatch(/PersistentVolume "archive" of StorageClass "disks" waits for a claim.*Next: /)
  put('disks', 'Bound')
  expect(await refusal(world)).toContain('Nothing was changed')
  put('others', 'Available')
  expect(await refusal(world)).toContain('Nothing was changed')
})

test('a program that is missing or of another version, and an image that nobody publishes, are known before', async ({
  world,
}, testInfo) => {
  expect(await refusal(world, { images: null })).toContain('the image "meshdrill/ledger" is in no public registry')
  process.env.PATH = usePrograms(testInfo.outputPath('older'), { velero: 'Client:\n\tVersion: v1.17.1' })
  expect(await refusal(world)).toMatch(/"velero" in PATH says "Client:.*needed is 1\.18\.x\. Next: https/)
  process.env.PATH = '/nowhere'
  expect(await refusal(world)).toMatch(/there is no "k6" in PATH\. Next: https/)
})

test('a bucket that holds something is not used', async ({ world }) => {
  const listing =
    '<ListBucketResult><Contents><Key>payroll</Key><Size>1</Size><ETag>"e"</ETag><LastModified>2026-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>'
  const store = createServer((_request, response) => response.end(listing))
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(store.address() as AddressInfo).port}`
  const given = { url, region: 'r', bucket: 'mine', accessKey: 'a', secretKey: 's' }
  expect(await refusal(world, { confirm: UID, store: given })).toContain(
    '"mine" of ' + url + ' holds objects that this lab did not write',
  )
  await new Promise((resolve) => store.close(resolve))
})

test('where no run made a lab there is none to attach to or to end', async ({ world }) => {
  const provider = existing(world.options)
  expect(await provider.find()).toBeNull()
  await expect(provider.attach()).rejects.toThrow('There is no lab of this run in context "mine"')
})
