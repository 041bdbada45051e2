import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { existing } from '../../../../lib/clusters/existing/existing.ts'
import { noopLab } from '../../../../lib/simulation/noop-cluster.ts'
import { traitsOfMesh } from '../../../../lib/components/meshes.ts'
import { meshControlKill } from '../../../../lib/faults/pod-kill.ts'
import { makeWorld, namespace, putIstio, RUN, UID, usePrograms, type ExistingWorld } from './world.ts'

/** A lab on a user's cluster, from its first change to its last, with a stand-in for an API server. */
interface Begun extends ExistingWorld {
  programs: string
  /** The process that the lab is made for. */
  owner: ChildProcess & { pid: number }
}

const test = base.extend<{ world: Begun }>({
  world: async ({}, use, testInfo) => {
    const { PATH, XDG_STATE_HOME, MESHDRILL_RUN_UID } = process.env
    process.env.MESHDRILL_RUN_UID = RUN
    const programs = testInfo.outputPath('programs')
    process.env.PATH = usePrograms(programs)
    process.env.XDG_STATE_HOME = testInfo.outputPath('state')
    const world = await makeWorld(testInfo.outputPath())
    const owner = spawn('/bin/sleep', ['60'])
    await use({ ...world, programs, owner: owner as Begun['owner'] })
    owner.kill()
    await world.server.close()
    process.env.PATH = PATH
    if (XDG_STATE_HOME === undefined) delete process.env.XDG_STATE_HOME
    else process.env.XDG_STATE_HOME = XDG_STATE_HOME
    if (MESHDRILL_RUN_UID === undefined) delete process.env.MESHDRILL_RUN_UID
    else process.env.MESHDRILL_RUN_UID = MESHDRILL_RUN_UID
  },
})

/** Objects that an installation of Velero and an interrupted drill leave. */
function putWhatALabLeaves({ server }: ExistingWorld, labId: string): string[] {
  const labels = { 'meshdrill.dev/lab': labId }
  const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
  const left = {
    '/api/v1/namespaces/velero': namespace('velero'),
    '/api/v1/namespaces/istio-ingress': namespace('istio-ingress'),
    '/api/v1/namespaces/file-system-node-loss': namespace('file-system-node-loss'),
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/velero': { metadata: { name: 'velero', labels } },
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/backups.velero.io': {
      metadata: { name: 'backups.velero.io', labels },
      spec: {
        group: 'velero.io',
        names: { plural: 'backups', kind: 'Backup' },
        versions: [{ name: 'v1', storage: true }],
      },
    },
  }
  for (const [path, object] of Object.entries(left)) server.put(path, object)
  return Object.keys(left)
}

const make = ({ options, owner, log }: Begun, over: { keep?: boolean; confirm?: string } = {}) =>
  existing({ ...options, confirm: over.confirm ?? UID }).create({
    keep: over.keep ?? false,
    ownerPid: owner.pid,
    log: (line) => log.push(line),
  })

test('the end of a lab removes exactly the objects that the lab created', async ({ world }) => {
  const { server, options, owner, programs } = world
  putIstio(world)
  server.objects.set('/api/v1/namespaces/payroll', namespace('payroll'))
  const before = [...server.objects.keys()].sort()
  const cluster = await make(world)
  expect(cluster.preinstalled).toEqual(['istio'])
  // The gateway of Istio is not installed yet.
  expect(cluster.has('istio')).toBe(false)
  expect(cluster.has('velero')).toBe(false)
  expect(cluster.artifacts.component('istio').version).toBe('1.30.4')
  expect(cluster.artifacts.component('kubernetes').version).toBe('v1.36.0')
  const left = putWhatALabLeaves(world, cluster.labId)
  await cluster.note('velero')

  const provider = existing({ ...options, confirm: UID })
  expect((await provider.attach()).has('velero')).toBe(true)
  const found = await provider.find()
  expect(found).toMatchObject({ ownerPid: owner.pid, keep: false })
  expect(await found?.end()).toEqual(expect.arrayContaining(['velero', 'namespace file-system-node-loss']))
  expect([...server.objects.keys()].sort()).toEqual(before)
  expect(left.some((path) => server.objects.has(path))).toBe(false)
  // Objects of helm releases are deleted by UID, because helm deletes by name.
  expect(await readFile(join(programs, 'bin', 'helm.calls'), 'utf8')).not.toContain('uninstall')
  expect(await provider.find()).toBeNull()
})

test('a cluster that a provider created needs no confirmation, no store program and no images from the user', async ({
  world,
}) => {
  const { options, owner, log, programs } = world
  usePrograms(programs, { versitygw: 'none' })
  await expect(make(world)).rejects.toThrow('"versitygw" in PATH says "none"')
  log.length = 0
  const images = { 'meshdrill/busybox': 'localhost/busybox:1' }
  const k6 = { network: 'none', labels: {}, reach: (url: string) => url }
  const made = existing({ ...options, confirm: UID, made: { images, k6 } })
  const cluster = await made.create({ keep: false, ownerPid: owner.pid, log: (line) => log.push(line) })
  expect(log).toEqual([])
  expect(cluster.artifacts.image('meshdrill/busybox')).toBe('localhost/busybox:1')
  // The user's reference has priority.
  expect(cluster.artifacts.image('meshdrill/ledger')).toBe('registry.example.org/ledger:1')
})

test('a kept lab is used by the next run, and the plan says so', async ({ world }) => {
  const first = await make(world, { keep: true })
  putWhatALabLeaves(world, first.labId)
  const containers = [{ image: 'velero/velero:v1.18.3' }]
  const labels = { 'meshdrill.dev/lab': first.labId }
  const velero = { metadata: { name: 'velero', labels }, spec: { template: { spec: { containers } } } }
  world.server.put('/apis/apps/v1/namespaces/velero/deployments/velero', velero)
  await first.note('velero')
  await (await existing({ ...world.options, confirm: UID }).find())?.leave()
  world.log.length = 0
  expect((await make(world)).has('velero')).toBe(true)
  const told = world.log.join('\n')
  expect(told).toContain('of an earlier run, and removed at the end: velero')
  expect(told).toContain('will be installed, and removed at the end: istiod')
})

test('a lab that another process uses is not ended', async ({ world }) => {
  await make(world)
  const lease = world.server.objects.get('/apis/coordination.k8s.io/v1/namespaces/meshdrill-system/leases/meshdrill')
  Object.assign(lease?.spec as object, { holderIdentity: 'ann@desk, process 7' })
  const mine = existing({ ...world.options, confirm: UID })
  const found = await mine.find()
  await expect(mine.attach()).rejects.toThrow('does not hold the lease')
  const before = world.server.changes.length
  await expect(found?.end()).rejects.toThrow('is no longer this run')
  expect(world.server.changes).toHaveLength(before)
})

test('a control plane that was there before the lab is not killed', async ({ world }) => {
  putIstio(world)
  const lab = { ...noopLab(), mesh: traitsOfMesh('istio') }
  expect(await meshControlKill().requires({ ...lab, cluster: await make(world) })).toHaveLength(1)
  expect(await meshControlKill().requires(lab)).toEqual([])
})

test.describe('what is there already is not used', () => {
  test('an Istio without access log and metrics is refused', async ({ world }) => {
    putIstio(world, 'accessLogFile: ""\n')
    await expect(make(world)).rejects.toThrow(
      /add to its meshConfig accessLogFile: \/dev\/stdout and defaultConfig: \{ proxyStatsMatcher/,
    )
    expect(world.server.changes).toEqual([])
  })

  test('a Chaos Mesh for one namespace, or with faults of others, is refused', async ({ world }) => {
    const { objects, changes } = world.server
    objects.set('/api/v1/namespaces/chaos-mesh', namespace('chaos-mesh'))
    const put = (scoped: string) => {
      const containers = [{ image: 'chaos-mesh:v2.8.2', env: [{ name: 'CLUSTER_SCOPED', value: scoped }] }]
      const metadata = { name: 'chaos-controller-manager' }
      const path = '/apis/apps/v1/namespaces/chaos-mesh/deployments/chaos-controller-manager'
      objects.set(path, { metadata, spec: { template: { spec: { containers } } } })
    }
    put('false')
    await expect(make(world)).rejects.toThrow('for one namespace only')
    put('true')
    objects.set('/apis/chaos-mesh.org/v1alpha1/podchaos/storm', { metadata: { name: 'storm', namespace: 'shop' } })
    await expect(make(world)).rejects.toThrow('has 1 objects (PodChaos shop/storm)')
    expect(changes).toEqual([])
  })
})
