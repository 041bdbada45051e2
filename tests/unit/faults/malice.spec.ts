import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import { type CoreV1Api, V1PersistentVolume, V1PersistentVolumeClaim } from '@kubernetes/client-node'
import type { StorePower } from '../../../lib/lab/cluster.ts'
import { backupObjectsDeletion, bucketDeletion, bucketOverwrite, claimDeletion } from '../../../lib/faults/malice.ts'
import { networkPartition, storeAway } from '../../../lib/faults/network.ts'
import { nodeOutage } from '../../../lib/faults/node-outage.ts'
import { toolKill } from '../../../lib/faults/pod-kill.ts'
import { toolMemoryLimit } from '../../../lib/faults/tool-memory.ts'
import { strikeOnce } from '../../../lib/faults/support/strike.ts'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import type { Lab } from '../../../lib/lab/lab.ts'
import type { Backup } from '../../../lib/components/tool.ts'
import { faultTarget } from '../stand-ins/faults.ts'
import { labWith, only } from '../stand-ins/lab.ts'

/** A store in memory, as far as faults use one. */
async function memoryStore(contents: Record<string, { modified: string; body: string }>) {
  const objects = new Map(Object.entries(contents))
  const server = createServer((request, answer) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://store')
    const key = decodeURIComponent(pathname.replace(/^\/none\/?/, ''))
    if (request.method === 'DELETE') objects.delete(key)
    if (request.method === 'PUT') {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        objects.set(key, { modified: '2026-11-21T06:00:00Z', body: Buffer.concat(chunks).toString('latin1') })
        answer.end()
      })
      return
    }
    const listed = [...objects].filter(([name]) => name.startsWith(searchParams.get('prefix') ?? ''))
    const entries = listed.map(
      ([name, { modified, body }]) =>
        `<Contents><Key>${name}</Key><LastModified>${modified}</LastModified><ETag>${Buffer.from(body, 'latin1').toString('hex')}</ETag><Size>${body.length}</Size></Contents>`,
    )
    answer.end(`<ListBucketResult>${entries.join('')}</ListBucketResult>`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = (server.address() as AddressInfo).port
  const lab: Lab = { ...noopLab(), store: { ...noopLab().store, url: `http://127.0.0.1:${port}` } }
  return { lab, objects, server, port }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

const backupOf = (changes: Partial<Backup> = {}): Backup =>
  only<Backup>({
    name: 'newest',
    result: { startedMs: Date.parse('2026-11-21T05:00:00.700Z') } as Backup['result'],
    objects: [],
    ...changes,
  })

test.describe('an attack on the bucket', () => {
  const contents = {
    'meshdrill-000000000000/tool/old': { modified: '2026-11-21T04:59:59Z', body: 'old' },
    'meshdrill-000000000000/tool/new': { modified: '2026-11-21T05:00:00Z', body: 'newer' },
    'meshdrill-000000000000/other/new': { modified: '2026-11-21T05:00:01Z', body: 'none of ours' },
  }
  const target = faultTarget({ prefix: 'meshdrill-000000000000/tool/' }, backupOf())

  test('an attack on the bucket deletes only objects since the start of the newest backup', async () => {
    const { lab, objects, server } = await memoryStore(contents)
    const { evidence } = (await strikeOnce(lab, bucketDeletion(), target)).observed
    expect([...objects.keys()]).toEqual(['meshdrill-000000000000/tool/old', 'meshdrill-000000000000/other/new'])
    expect(evidence).toBe('1 objects of 5 bytes below meshdrill-000000000000/tool/ of bucket "none" were deleted')
    await closed(server)
  })

  test('an attack on the bucket deletes all objects of the tool if requested', async () => {
    const { lab, objects, server } = await memoryStore(contents)
    await strikeOnce(lab, bucketDeletion({ newest: false }), faultTarget({ prefix: 'meshdrill-000000000000/tool/' }))
    expect([...objects.keys()]).toEqual(['meshdrill-000000000000/other/new'])
    await closed(server)
  })

  test('an attack on the bucket overwrites objects with the same number of other bytes', async () => {
    const { lab, objects, server } = await memoryStore(contents)
    await strikeOnce(lab, bucketOverwrite(), target)
    expect(objects.get('meshdrill-000000000000/tool/new')?.body).toHaveLength(5)
    expect(objects.get('meshdrill-000000000000/tool/new')?.body).not.toBe('newer')
    expect(objects.get('meshdrill-000000000000/tool/old')?.body).toBe('old')
    await closed(server)
  })

  test('an attack on a bucket without objects is an error', async () => {
    const { lab, server } = await memoryStore({})
    await expect(bucketDeletion().plan(lab, target)).rejects.toThrow(/no object to strike below .*tool\//)
    await expect(bucketDeletion().plan(lab, faultTarget({ prefix: 'meshdrill-000000000000/tool/' }))).rejects.toThrow(
      /no backup yet/,
    )
    await expect(bucketDeletion().plan(lab, faultTarget())).rejects.toThrow(/keeps nothing in the bucket/)
    await closed(server)
  })
})

test.describe('a store that is away', () => {
  const powered = (lab: Lab, power: StorePower): Lab => ({ ...lab, cluster: { ...lab.cluster, ...power } })

  test('a store that is away is observed to stop, and to answer again with all its objects', async () => {
    const { lab, server, port } = await memoryStore({ a: { modified: '2026-11-21T05:00:00Z', body: 'x' } })
    const { observed, evidence } = await strikeOnce(
      powered(lab, {
        stopStore: () => closed(server),
        async startStore() {
          server.listen(port, '127.0.0.1')
          await once(server, 'listening')
        },
      }),
      storeAway(),
      faultTarget(),
    )
    expect(observed.between[1]).toBeGreaterThanOrEqual(observed.between[0])
    expect(observed.evidence).toContain('does not answer; it held 1 objects')
    expect(evidence).toEqual(['the store answers again, with 1 objects'])
    await closed(server)
  })

  test('a store that is away is not healed while its objects are lost', async () => {
    const { lab, objects, server, port } = await memoryStore({ a: { modified: '2026-11-21T05:00:00Z', body: 'x' } })
    const struck = strikeOnce(
      powered(lab, {
        stopStore: () => closed(server),
        async startStore() {
          objects.clear()
          // It runs when the undo is tried again.
          if (server.listening) return
          server.listen(port, '127.0.0.1')
          await once(server, 'listening')
        },
      }),
      storeAway(),
      faultTarget(),
    )
    await expect(struck).rejects.toThrow('had 1 objects before it was away, and has 0 now')
    await closed(server)
  })
})

test.describe('a claim that is deleted under its pod', () => {
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'ledger-data', namespace: 'drill' },
  }
  const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv-1' } }
  /** A cluster that keeps a claim in use until its protection is taken away, and reclaims its volume by its policy. */
  const protecting = (policy: string, annotations = { 'pv.kubernetes.io/provisioned-by': 'disks' } as object) =>
    labWith((memory) => ({
      async delete(reference) {
        if (reference.kind !== 'PersistentVolumeClaim') await memory.delete(reference)
      },
      core: only<CoreV1Api>({
        readNamespacedPersistentVolumeClaim: () =>
          Promise.resolve(
            Object.assign(new V1PersistentVolumeClaim(), {
              metadata: { finalizers: ['kubernetes.io/pvc-protection'] },
              spec: { volumeName: 'pv-1' },
            }),
          ),
        readPersistentVolume: () =>
          Promise.resolve(
            Object.assign(new V1PersistentVolume(), {
              metadata: { name: 'pv-1', annotations },
              spec: { persistentVolumeReclaimPolicy: policy },
            }),
          ),
        async replaceNamespacedPersistentVolumeClaim({ body }) {
          expect(body.metadata?.finalizers).toEqual([])
          await memory.delete(claim)
          if (policy === 'Delete') await memory.delete(volume)
          return body
        },
      }),
    }))

  for (const policy of ['Delete', 'Retain']) {
    test(`a claim that is deleted under its pod loses its volume with policy ${policy}`, async () => {
      const lab = protecting(policy)
      await lab.kube.apply([claim, volume])
      const { evidence } = (await strikeOnce(lab, claimDeletion(), faultTarget())).observed
      expect(evidence).toMatch(/^claim "ledger-data" was gone \d+ ms after the request, volume "pv-1" after \d+ ms/)
      expect(await lab.kube.get(volume)).toBeNull()
    })
  }

  test('the deletion of a claim also deletes the pods of a service that answers without its volume, and no others', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'ledger-1', namespace: 'drill', labels: { app: 'ledger' } },
    }
    for (const answersWithoutVolume of [true, false]) {
      const lab = protecting('Delete')
      await lab.kube.apply([claim, volume, pod])
      const target = faultTarget()
      const { workload } = target
      await strikeOnce(lab, claimDeletion(), { ...target, workload: { ...workload, answersWithoutVolume } })
      expect((await lab.kube.get(pod)) === null).toBe(answersWithoutVolume)
    }
  })

  test('a claim is not deleted if its volume was not provisioned for it, because the volume may belong to others', async () => {
    const lab = protecting('Retain', {})
    await lab.kube.apply([claim, volume])
    const refused = /volume "pv-1" of claim .* was not provisioned for it.* Next: kubectl describe pv pv-1$/
    await expect(claimDeletion().plan(lab, faultTarget())).rejects.toThrow(refused)
    expect(await lab.kube.get(volume)).not.toBeNull()
    expect(await lab.kube.get(claim)).not.toBeNull()
  })
})

test.describe('a fault that cannot strike', () => {
  test('a fault without a mover, a running pod or a backup is an error with that reason', async () => {
    const lab = noopLab()
    const target = faultTarget()
    const refusals: [Promise<unknown>, RegExp][] = [
      [toolKill().plan(lab, target), /nothing in the cluster moves the data of noop\/none/],
      [toolMemoryLimit().plan(lab, target), /nothing in the cluster moves the data/],
      [networkPartition({ between: 'workload-store' }).plan(lab, target), /no pod to cut off/],
      [backupObjectsDeletion().plan(lab, target), /no backup yet/],
      [backupObjectsDeletion().plan(lab, faultTarget({}, backupOf())), /keeps no object of a backup/],
      [nodeOutage({ volume: 'kept' }).plan(lab, target), /provider "noop" cannot cut the power/],
    ]
    for (const [injected, reason] of refusals) await expect(injected).rejects.toThrow(reason)
  })
})
