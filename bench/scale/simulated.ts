import type { V1Node, V1PersistentVolume, V1Pod } from '@kubernetes/client-node'
import { isReady, selector, type KubeClient } from '../../lib/kube/client.ts'
import type { KubeObject } from '../../lib/kube/object.ts'
import { pending, waitFor } from '../../lib/system/wait.ts'
import type { Lab } from '../../lib/lab/lab.ts'
import { SIMULATED } from './kwok.ts'

const NAMESPACE = 'simulated'
const LABELS = { 'meshdrill/simulated': 'true' }
/** Taint that keeps real pods away, because they would never run on a simulated node. */
const TAINT = { key: 'meshdrill/simulated', effect: 'NoSchedule' }
const AT_ONCE = 16

/** Creates nodes that kwok simulates, and volumes, each with a claim and a pod on a simulated node. */
export async function addSimulated({ kube, log }: Lab, nodes: number, volumes: number): Promise<void> {
  await kube.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }])
  const names = Array.from({ length: nodes }, (_, index) => `simulated-${index + 1}`)
  await applyAll(kube, names.map(nodeOf))
  await waitFor('the simulated nodes Ready', () => allOf(listNodes(kube), nodes, isReady), {
    timeout: '2m',
    every: '1s',
  })
  await serviceAccountThere(kube)
  const indices = Array.from({ length: volumes }, (_, index) => index)
  await applyAll(kube, indices.map(volumeOf))
  await applyAll(kube, indices.map(claimOf))
  await applyAll(
    kube,
    indices.map((index) => podOf(index, names[index % names.length] ?? '')),
  )
  await waitFor('the simulated volumes bound', () => allOf(listVolumes(kube), volumes, isBound), {
    timeout: '5m',
    every: '2s',
  })
  await waitFor('the simulated pods running', () => allOf(listPods(kube), volumes, isRunning), {
    timeout: '5m',
    every: '2s',
  })
  await waitFor('the simulated nodes still Ready', () => allOf(listNodes(kube), nodes, isReady), {
    timeout: '2m',
    every: '1s',
  })
  await nothingReal(kube)
  log(`created ${nodes} simulated nodes with ${volumes} volumes`)
}

/** Removes the objects of `addSimulated`. kwok must still run, because it ends the pods. */
export async function removeSimulated({ kube }: Lab): Promise<void> {
  const labelSelector = selector(LABELS)
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }
  await kube.delete(namespace)
  const gone = async () => ((await kube.get(namespace)) === null ? true : pending('it still exists'))
  await waitFor(`namespace "${NAMESPACE}" gone`, gone, { timeout: '10m', every: '2s' })
  await kube.core.deleteCollectionPersistentVolume({ labelSelector })
  await kube.core.deleteCollectionNode({ labelSelector })
}

const nodeOf = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { ...LABELS, 'kubernetes.io/hostname': name }, annotations: SIMULATED },
  spec: { taints: [TAINT] },
})

const nameOf = (index: number): string => `volume-${index + 1}`
const storage = '1Gi'
const shared = { accessModes: ['ReadWriteOnce'], storageClassName: 'simulated' }

const volumeOf = (index: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `simulated-${nameOf(index)}`, labels: LABELS },
  spec: {
    ...shared,
    capacity: { storage },
    persistentVolumeReclaimPolicy: 'Retain',
    hostPath: { path: `/simulated/${nameOf(index)}` },
    claimRef: { namespace: NAMESPACE, name: nameOf(index) },
  },
})

const claimOf = (index: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: nameOf(index), namespace: NAMESPACE, labels: LABELS },
  spec: { ...shared, volumeName: `simulated-${nameOf(index)}`, resources: { requests: { storage } } },
})

const podOf = (index: number, nodeName: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: nameOf(index), namespace: NAMESPACE, labels: LABELS },
  spec: {
    nodeName,
    tolerations: [{ key: TAINT.key, operator: 'Exists' }],
    containers: [
      { name: 'simulated', image: 'simulated.invalid/none', volumeMounts: [{ name: 'data', mountPath: '/data' }] },
    ],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: nameOf(index) } }],
  },
})

async function applyAll(kube: KubeClient, objects: KubeObject[]): Promise<void> {
  const left = [...objects]
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await kube.apply([next])
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** Waits for the ServiceAccount. Without it the API server admits no pod. */
async function serviceAccountThere(kube: KubeClient): Promise<void> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: NAMESPACE } }
  const there = async () => ((await kube.get(account)) === null ? pending('not there') : true)
  await waitFor(`the ServiceAccount of namespace "${NAMESPACE}"`, there, { timeout: '60s' })
}

const listNodes = async ({ core }: KubeClient): Promise<V1Node[]> =>
  (await core.listNode({ labelSelector: selector(LABELS) })).items
const listVolumes = async ({ core }: KubeClient): Promise<V1PersistentVolume[]> =>
  (await core.listPersistentVolume({ labelSelector: selector(LABELS) })).items
const listPods = (kube: KubeClient): Promise<V1Pod[]> => kube.pods(NAMESPACE, LABELS)

const isRunning = ({ status }: V1Pod): boolean => status?.phase === 'Running'
const isBound = ({ status }: V1PersistentVolume): boolean => status?.phase === 'Bound'

async function allOf<T>(listed: Promise<T[]>, count: number, isDone: (one: T) => boolean) {
  const done = (await listed).filter(isDone).length
  return done === count ? true : pending(`${done} of ${count}`)
}

/** Throws if real pods run on simulated nodes. Pods of DaemonSets that tolerate every taint may: kwok reports them as running. */
async function nothingReal(kube: KubeClient): Promise<void> {
  const { items } = await kube.core.listPodForAllNamespaces()
  const strays = items.filter(
    ({ metadata, spec }) =>
      metadata?.namespace !== NAMESPACE &&
      metadata?.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') !== true &&
      spec?.nodeName?.startsWith('simulated-') === true,
  )
  if (strays.length === 0) return
  const names = strays.map(({ metadata }) => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`)
  throw new Error(`pods were scheduled to simulated nodes: ${names.slice(0, 5).join(', ')}`)
}
