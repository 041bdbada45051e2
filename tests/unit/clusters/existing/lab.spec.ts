import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { existing } from '../../../../lib/clusters/existing/existing.ts'
import { noopLab } from '../../../../lib/simulation/noop-cluster.ts'
import { traitsOfMesh } from '../../../../lib/components/meshes.ts'
import { meshControlKill } from '../../../../lib/faults/pod-kill.ts'
import { makeWorld, namespace, putIstio, RUN, UID, usePrograms, type ExistingWorld } from './world.ts'

/** A lab on a cluster of somebody's, from its first change to its last, against a stand-in for an API server. */
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

/** What an installation of Velero and a drill that was cut short leave. */
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

test('a lab takes away what it brought, and nothing that was there', async ({ world }) => {
  const { server, options, owner, programs } = world
  putIstio(world)
  server.objects.set('/api/v1/namespaces/payroll', namespace('payroll'))
  const before = [...server.objects.keys()].sort()
  const cluster = await make(world)
  expect(cluster.preinstalled).toEqual(['istio'])
  // Its gateway is still to be installed.
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
  // Helm deletes by name: what it installed is taken away by UID.
  expect(await readFile(join(programs, 'bin', 'helm.calls'), 'utf8')).not.toContain('uninstall')
  expect(await provider.find()).toBeNull()
})

test('of a cluster that its provider made nothing is shown, nor asked for that the provider sees to', async ({
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
  // What the user says comes before it.
  expect(cluster.artifacts.image('meshdrill/ledger')).toBe('registry.example.org/ledger:1')
})

test('a lab that is kept is left to the next run, whose plan says so', async ({ world }) => {
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

test('a lab that another process uses is not ended under it', async ({ world }) => {
  await make(world)
  const lease = world.server.objects.get('/apis/coordination.k8s.io/v1/namespaces/meshdrill-system/leases/meshdrill')
  Object.assign(lease?.spec as object, { holderIdentity: 'ann@desk, process 7' })
  const mine = existing({ ...world.options, confirm: UID })
  const found = await mine.find()
  await expect(mine.attach()).rejects.toThrow("is not this run's")
  const before = world.server.changes.length
  await expect(found?.end()).rejects.toThrow('is no longer this run')
  expect(world.server.changes).toHaveLength(before)
})

test("a control plane that was there is not the drills' to kill", async ({ world }) => {
  putIstio(world)
  const lab = { ...noopLab(), mesh: traitsOfMesh('istio') }
  expect(await meshControlKill().requires({ ...lab, cluster: await make(world) })).toHaveLength(1)
  expect(await meshControlKill().requires(lab)).toEqual([])
})

test.describe('what is there already is not used', () => {
  test('where Istio logs and counts nothing', async ({ world }) => {
    putIstio(world, 'accessLogFile: ""\n')
    await expect(make(world)).rejects.toThrow(
      /add to its meshConfig accessLogFile: \/dev\/stdout and defaultConfig: \{ proxyStatsMatcher/,
    )
    expect(world.server.changes).toEqual([])
  })

  test('where Chaos Mesh is for one namespace, or has faults of others', async ({ world }) => {
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
