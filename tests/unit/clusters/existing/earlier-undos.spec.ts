import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { expect } from '@playwright/test'
import { clusterFolder } from '../../../../lib/clusters/existing/access/run-access.ts'
import { existing } from '../../../../lib/clusters/existing/existing.ts'
import { undoFolder } from '../../../../lib/faults/undo/folder.ts'
import { undoFolderOf, undoCopies } from '../../../../lib/faults/undo/journal.ts'
import type { UndoEntry, UndoStorage } from '../../../../lib/faults/undo/storage.ts'
import { writeWatchdog } from '../../../../lib/faults/undo/watchdog.ts'
import { connect } from '../../../../lib/kube/client.ts'
import { pending, waitFor } from '../../../../lib/system/wait.ts'
import type { Store } from '../../../../lib/lab/cluster.ts'
import { identify } from '../../../../lib/system/process.ts'
import { namespace, node, UID } from './world.ts'
import { make, test, type Begun } from './lab-fixture.ts'

const CRON_JOB = '/apis/batch/v1/namespaces/drill/cronjobs/backup'
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/meshdrill-system/leases/meshdrill'

const left: UndoEntry = {
  id: '0b0e7a3c-0000-4000-8000-000000000009',
  undo: { kind: 'suspend-schedules', schedules: { kind: 'CronJob', namespace: 'drill', labels: { of: 'drill' } } },
  fault: 'backup schedule',
  drill: 'drill',
  writer: { pid: 1, born: 'long ago', host: hostname() },
  writtenMs: 1,
  order: 0,
  expiresMs: 2,
}

const storeOf = ({ s3 }: Begun, bucket = 'lab'): Store => {
  const { url, region, accessKey, secretKey } = s3.endpoint()
  return { url, region, bucket, accessKey, secretKey }
}

/** A kept lab of a killed run: a node is off, a schedule goes on, and one journal has the undo of the schedule. */
async function killedRun(world: Begun, journal: 'machine' | 'cluster'): Promise<void> {
  const { kubeconfig } = await make(world, { keep: true, store: storeOf(world) })
  const storages: Record<typeof journal, UndoStorage> = {
    machine: undoFolder(undoFolderOf(clusterFolder(UID))),
    cluster: undoCopies(connect(kubeconfig), 'meshdrill-system'),
  }
  await storages[journal].add(left)
  await (await existing({ ...world.options, confirm: UID, store: storeOf(world) }).find())?.leave()
  world.server.put('/api/v1/namespaces/drill', namespace('drill'))
  world.server.put(CRON_JOB, { metadata: { name: 'backup', namespace: 'drill', labels: { of: 'drill' } }, spec: {} })
  world.server.put('/api/v1/nodes/one', node('one', { ready: 'False' }))
  world.server.put('/api/v1/nodes/two', node('two'))
  world.server.changes.length = 0
}

for (const journal of ['machine', 'cluster'] as const) {
  test(`a run undoes the faults in the ${journal}'s journal of a killed run before its plan refuses a stopped node`, async ({
    world,
  }) => {
    await killedRun(world, journal)
    await expect(make(world, { keep: true, store: storeOf(world) })).rejects.toThrow('"one" are not Ready')
    const { changes, objects } = world.server
    expect(objects.get(CRON_JOB)?.spec).toEqual({ suspend: true })
    expect(changes.findIndex((one) => one.endsWith('/leases'))).toBeLessThan(changes.indexOf(`PATCH ${CRON_JOB}`))
    expect(objects.has(LEASE)).toBe(false)
    expect(world.log).toContain('undone faults of an earlier run: backup schedule')
    const copies = [...objects.keys()].filter((path) => path.includes('/configmaps/undo-'))
    const folder = undoFolderOf(clusterFolder(UID))
    expect([copies, existsSync(folder) ? readdirSync(folder) : []]).toEqual([[], []])
  })
}

test('a run without confirmation undoes no faults of an earlier run', async ({ world }) => {
  await killedRun(world, 'machine')
  await expect(make(world, { confirm: null, store: storeOf(world) })).rejects.toThrow('"one" are not Ready')
  expect(world.server.changes).toEqual([])
})

test('a run with another bucket than in the notes of the lab undoes no faults of an earlier run', async ({ world }) => {
  await killedRun(world, 'machine')
  await expect(make(world, { store: storeOf(world, 'prod-backups') })).rejects.toThrow('Nothing was changed')
  expect(world.server.changes).toEqual([])
})

test('a run does not undo the faults of a run that still holds the lease', async ({ world }) => {
  await killedRun(world, 'machine')
  world.server.put(LEASE, {
    metadata: { name: 'meshdrill', namespace: 'meshdrill-system' },
    spec: { holderIdentity: 'bob@desk', leaseDurationSeconds: 60, renewTime: new Date().toISOString() },
  })
  await expect(make(world, { store: storeOf(world) })).rejects.toThrow('in use by bob@desk')
  expect(world.server.objects.get(CRON_JOB)?.spec).toEqual({})
})

test('a run on a cluster without faults of earlier runs takes no lease for undos', async ({ world }) => {
  await killedRun(world, 'machine')
  await undoFolder(undoFolderOf(clusterFolder(UID))).remove(left.id)
  await expect(make(world, { store: storeOf(world) })).rejects.toThrow('"one" are not Ready')
  expect(world.server.changes).toEqual([])
})

test('a run that was killed keeps its kubeconfig and lease until its watchdog has ended', async ({ world }) => {
  const { kubeconfig } = await make(world)
  const sleeper = spawn('/bin/sleep', ['60'])
  const watchdog = await identify(sleeper.pid ?? 0)
  await writeWatchdog(clusterFolder(UID), { ...watchdog, owner: await identify(world.owner.pid) })
  world.owner.kill('SIGKILL')
  // The keeper checks every second.
  await new Promise((resolve) => setTimeout(resolve, 4000))
  expect(existsSync(kubeconfig)).toBe(true)
  sleeper.kill('SIGKILL')
  await waitFor('kubeconfig removed', () => Promise.resolve(existsSync(kubeconfig) ? pending('there') : true), {
    timeout: '60s',
  })
})
