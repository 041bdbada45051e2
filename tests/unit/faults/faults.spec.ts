import { expect, test } from '@playwright/test'
import { type CoreV1Api, type CustomObjectsApi, V1PersistentVolumeClaim } from '@kubernetes/client-node'
import { containerKill } from '../../../lib/faults/container-kill.ts'
import { namespaceDeletion } from '../../../lib/faults/namespace-deletion.ts'
import { servicePodKill } from '../../../lib/faults/pod-kill.ts'
import { parseChanges, volumeCorruption } from '../../../lib/faults/volume-corruption.ts'
import type { KubeClient } from '../../../lib/kube/client.ts'
import type { KubeObject, ObjectReference } from '../../../lib/kube/object.ts'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import { faultTarget } from '../stand-ins/faults.ts'
import { strikeOnce } from '../../../lib/faults/support/strike.ts'
import { labWith, only } from '../stand-ins/lab.ts'

const target = faultTarget()
const pod = (uid: string, changes: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'ledger-0', namespace: 'drill', uid, labels: { app: 'ledger' } },
  ...changes,
})
const injected = { conditions: [{ type: 'AllInjected', status: 'True' }] }
const reached = { ...injected, experiment: { containerRecords: [{ id: 'drill/ledger-0', phase: 'Injected' }] } }

/** A lab with a Chaos Mesh that says of each fault what `states` says, in turn, and does what `effect` does. */
function chaosLab(states: object[], effect: (kube: KubeClient) => Promise<void>) {
  const faults: KubeObject[] = []
  const left = [...states]
  const lab = labWith((memory) => ({
    async apply(objects) {
      await memory.apply(objects)
      faults.push(...objects.filter(({ kind }) => kind === 'PodChaos'))
      if (objects.some(({ kind }) => kind === 'PodChaos')) await effect(memory)
    },
    async get<T extends KubeObject>(reference: ObjectReference) {
      const object = await memory.get<T>(reference)
      if (object?.kind !== 'PodChaos') return object
      return { ...object, status: left.length > 1 ? left.shift() : left[0] }
    },
  }))
  return { lab, faults, left }
}

test.describe('the log of the task that corrupts a volume', () => {
  const line = (offset: number, at: string) =>
    JSON.stringify({ file: 'ledger.dat', offset, before: 'aa', after: 'ab', at: `2026-11-21T02:00:0${at}Z` })
  const summary = (changed: number) => JSON.stringify({ changed, from: '2026-11-21T02:00:00Z' })
  const log = (...lines: string[]) => ['starting', ...lines, ''].join('\n')

  test('the log of a corruption task has each change and the earliest possible start', () => {
    const { changes, fromMs } = parseChanges(log(line(4096, '1'), line(8192, '2.5'), summary(2)))
    expect(fromMs).toBe(Date.parse('2026-11-21T02:00:00Z'))
    expect(changes).toEqual([
      { file: 'ledger.dat', offset: 4096, before: 'aa', after: 'ab', atMs: fromMs + 1000 },
      { file: 'ledger.dat', offset: 8192, before: 'aa', after: 'ab', atMs: fromMs + 2500 },
    ])
  })

  test('the log of a corruption task that is incomplete, or has no change, is an error', () => {
    const broken = [
      log(),
      log(summary(0)),
      log(line(4096, '1')),
      log(line(4096, '1'), line(8192, '2')),
      log(line(4096, '1'), summary(2)),
      log(line(4096, '1'), line(8192, '2'), summary(1)),
    ]
    for (const text of broken) expect(() => parseChanges(text), text).toThrow('is incomplete')
    expect(() => parseChanges(log(line(4096, '1').slice(0, 20)))).toThrow()
  })

  test('the log of a corruption comes from a successful task with the claim and the seed', async () => {
    const changes = log(line(4096, '1'), summary(1))
    const applied: KubeObject[] = []
    const inject = (exitCode: number) => {
      const status = { containerStatuses: [{ name: 'corrupt', state: { terminated: { exitCode } } }] }
      const metadata = { name: 'task', namespace: 'drill', labels: { 'chaos-mesh.org/workflow': 'corrupt-volume' } }
      const task = pod('1', { metadata, spec: { containers: [{ name: 'corrupt' }] }, status })
      const lab = labWith((memory) => ({
        async apply(objects) {
          applied.push(...objects)
          await memory.apply([...objects, task])
        },
        async delete(reference) {
          await memory.delete(reference)
          await memory.delete(task)
        },
        core: only<CoreV1Api>({ readNamespacedPodLog: () => Promise.resolve(changes) }),
        custom: only<CustomObjectsApi>({ listNamespacedCustomObject: () => Promise.resolve({ items: [] }) }),
      }))
      return { lab, seen: strikeOnce(lab, volumeCorruption(), target) }
    }
    const good = inject(0)
    const { observed, evidence: healed } = await good.seen
    const { between, evidence } = observed
    expect(between[1] - between[0]).toBe(1000)
    expect(evidence).toBe('ledger.dat@4096: aa became ab')
    const written = JSON.stringify(applied[0])
    expect(applied[0]?.metadata.namespace).toBe('drill')
    expect(written).toContain('"--seed","7"')
    expect(written).toContain('"--records","8"')
    expect(written).toContain('"claimName":"ledger-data"')
    const [workflow] = applied
    expect(healed).toEqual(['Workflow "corrupt-volume" is gone', 'pods of Workflow "corrupt-volume" are gone'])
    expect(workflow && (await good.lab.kube.get(workflow))).toBeNull()

    const bad = inject(1)
    await expect(bad.seen).rejects.toThrow(/failed with exit code 1: starting/)
    expect(workflow && (await bad.lab.kube.get(workflow))).toBeNull()
  })
})

test.describe('a killed pod', () => {
  const kill = servicePodKill()
  const replace = (kube: KubeClient) => kube.apply([pod('second')])

  test('a killed pod is observed to be gone, and the fault is removed afterwards', async () => {
    const { lab, faults } = chaosLab([reached], replace)
    await lab.kube.apply([pod('first')])
    const before = Date.now()
    const { observed, evidence } = await strikeOnce(lab, kill, target)
    const { between } = observed
    expect(observed.evidence).toBe('drill/ledger-0 is gone from the cluster')
    expect(between[0]).toBeGreaterThanOrEqual(before)
    expect(between[1]).toBeGreaterThanOrEqual(between[0])
    expect(faults[0]).toMatchObject({
      metadata: { namespace: 'drill' },
      spec: { action: 'pod-kill', selector: { namespaces: ['drill'], labelSelectors: { app: 'ledger' } } },
    })
    expect(evidence).toEqual(['PodChaos "pod-kill" is gone'])
    const [fault] = faults
    expect(fault && (await lab.kube.get(fault))).toBeNull()
  })

  test('killing a pod without a pod is an error', async () => {
    const { lab, faults } = chaosLab([reached], replace)
    await expect(kill.plan(lab, target)).rejects.toThrow(/no pod .* in namespace "drill" to kill/)
    expect(faults).toEqual([])
  })

  test('a pod was not killed while Chaos Mesh names no target, even if it reports AllInjected', async () => {
    const { lab, left } = chaosLab([{}, injected, { experiment: reached.experiment }, reached, {}], replace)
    await lab.kube.apply([pod('first')])
    await strikeOnce(lab, kill, target)
    expect(left).toEqual([{}])
  })
})

test.describe('a killed container', () => {
  const running = { restartCount: 2, state: { running: {} } }
  const terminated = (finishedAt: Date) => ({ exitCode: 137, reason: 'Error', finishedAt })
  const withStatus = (status: object) =>
    pod('first', { status: { containerStatuses: [{ name: 'ledger', ...status }, { name: 'istio-proxy' }] } })
  const inject = async (after: object, before: object = running) => {
    const { lab } = chaosLab([reached], (kube) => kube.apply([withStatus(after)]))
    await lab.kube.apply([withStatus(before)])
    return (await strikeOnce(lab, containerKill(), target)).observed
  }

  test('a killed container ended between the request and the observation, even if the kubelet reports another second', async () => {
    const before = Date.now()
    const wholeSecond = new Date(Math.floor(before / 1000) * 1000)
    const { between, evidence } = await inject({ restartCount: 2, state: { terminated: terminated(wholeSecond) } })
    expect(evidence).toBe('drill/ledger-0 ended with exit code 137, Error')
    expect(between[0]).toBeGreaterThanOrEqual(before)
    expect(between[1]).toBeGreaterThanOrEqual(between[0])
    expect(between[1]).toBeLessThanOrEqual(Date.now())
  })

  test('a killed container may already run again when it is observed', async () => {
    const lastState = { terminated: terminated(new Date()) }
    const { evidence } = await inject({ restartCount: 3, state: { running: {} }, lastState })
    expect(evidence).toContain('exit code 137')
  })

  test('a container that ended before the fault is not the killed one', async () => {
    const lastState = { terminated: { ...terminated(new Date(0)), exitCode: 1 } }
    const old = { ...running, lastState }
    const ended = { restartCount: 3, state: { running: {} }, lastState: { terminated: terminated(new Date()) } }
    const { lab } = chaosLab([reached], async (kube) => {
      await kube.apply([withStatus(old)])
      setTimeout(() => void kube.apply([withStatus(ended)]), 60)
    })
    await lab.kube.apply([withStatus(old)])
    const { evidence } = (await strikeOnce(lab, containerKill(), target)).observed
    expect(evidence).toContain('exit code 137')
  })
})

test.describe('a deleted namespace', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill' } }
  const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv-1' } }
  const claiming = (volumeName: string | undefined, afterDelete: (kube: KubeClient) => void = () => undefined) =>
    labWith((memory) => ({
      async delete(reference) {
        await memory.delete(reference)
        afterDelete(memory)
      },
      core: only<CoreV1Api>({
        readNamespacedPersistentVolumeClaim: () =>
          Promise.resolve(Object.assign(new V1PersistentVolumeClaim(), { spec: { volumeName } })),
      }),
    }))

  test('a deleted namespace is gone when its volume is gone', async () => {
    let removed = false
    const lab = claiming('pv-1', (kube) => {
      setTimeout(() => {
        removed = true
        void kube.delete(volume)
      }, 60)
    })
    await lab.kube.apply([namespace, volume])
    const { between, evidence } = (await strikeOnce(lab, namespaceDeletion(), target)).observed
    expect(removed).toBe(true)
    expect(evidence).toMatch(/^namespace "drill" and volume "pv-1" were gone \d+ ms after the request$/)
    expect(between[1]).toBeGreaterThanOrEqual(between[0])
  })

  test('a namespace without a volume is not deleted', async () => {
    const lab = claiming(undefined)
    await lab.kube.apply([namespace])
    await expect(namespaceDeletion().plan(lab, target)).rejects.toThrow(/claim "ledger-data" .* has no volume to lose/)
    expect(await lab.kube.get(namespace)).not.toBeNull()
  })
})

test('a fault with a missing target is an error that names the target', async () => {
  await expect(namespaceDeletion().plan(noopLab(), target)).rejects.toThrow(/^namespace "drill" does not exist$/)
})
