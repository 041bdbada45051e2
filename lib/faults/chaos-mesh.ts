import { podsReady, readManifest } from '../kube/client.ts'
import { installChart } from '../kube/helm.ts'
import type { KubeObject, ObjectReference } from '../kube/object.ts'
import { pending, waitFor } from '../kube/wait.ts'
import type { Lab } from '../lab.ts'

export const CHAOS_NAMESPACE = 'chaos-mesh'

/** Chaos Mesh from its own Helm chart. Faults reach annotated namespaces only, so that none strays. */
export async function installChaosMesh(lab: Lab): Promise<void> {
  await lab.cluster.loadImages(
    ['chaos-mesh/chaos-mesh', 'chaos-mesh/chaos-daemon'].map((name) => lab.artifacts.image(name)),
  )
  await installChart(lab, {
    name: 'chaos-mesh',
    namespace: CHAOS_NAMESPACE,
    chart: 'chaos-mesh/chaos-mesh',
    values: {
      controllerManager: {
        replicaCount: 1,
        enableFilterNamespace: true,
        leaderElection: { enabled: false },
        resources: { requests: { cpu: '25m', memory: '64Mi' } },
      },
      chaosDaemon: { runtime: 'containerd', socketPath: '/run/containerd/containerd.sock' },
      dashboard: { create: false },
      dnsServer: { create: false },
    },
  })
  await podsReady(
    lab.kube,
    CHAOS_NAMESPACE,
    { 'app.kubernetes.io/component': 'controller-manager' },
    { timeout: '120s' },
  )
  await podsReady(lab.kube, CHAOS_NAMESPACE, { 'app.kubernetes.io/component': 'chaos-daemon' }, { timeout: '120s' })
}

interface ChaosObject extends KubeObject {
  status?: {
    conditions?: { type: string; status: string; reason?: string }[]
    experiment?: { containerRecords?: { id: string; phase: string; events?: { message?: string }[] }[] }
  }
}

/** The fault of a file in `chaos/`, aimed at what a drill aims at. */
export async function readFault(
  file: string,
  aim: { namespace: string; spec?: Record<string, unknown> },
): Promise<KubeObject> {
  const [fault] = await readManifest(new URL(`../../chaos/${file}`, import.meta.url))
  if (fault === undefined) throw new Error(`chaos/${file} holds no object`)
  const spec = { ...(fault.spec as Record<string, unknown>), ...aim.spec }
  return { ...fault, metadata: { ...fault.metadata, namespace: aim.namespace }, spec }
}

/** Applies a fault and resolves with what `observe` saw of it. Where it saw nothing, the fault is taken away again. */
export async function injectChaos<T>(lab: Lab, fault: KubeObject, observe: () => Promise<T>): Promise<T> {
  await lab.kube.apply([fault])
  try {
    return await observe()
  } catch (error) {
    try {
      await healChaos(lab, fault)
    } catch (failure) {
      throw new AggregateError([error, failure], `${String(error)}; and then: ${String(failure)}`)
    }
    throw error
  }
}

/** Resolves when Chaos Mesh says that every target was reached. Returns the targets. */
export async function targetsReached(lab: Lab, fault: KubeObject): Promise<string[]> {
  return waitFor(
    `${fault.kind} "${fault.metadata.name}" injected`,
    async () => {
      const object = await lab.kube.get<ChaosObject>(referenceOf(fault))
      const records = object?.status?.experiment?.containerRecords ?? []
      const injected = object?.status?.conditions?.some((c) => c.type === 'AllInjected' && c.status === 'True')
      if (injected && records.length > 0) return records.map((record) => record.id)
      const messages = records.flatMap((record) => record.events ?? []).map((event) => event.message ?? '')
      return pending([`${records.length} targets`, ...messages.filter(Boolean)].join('; '))
    },
    { timeout: '30s', every: '50ms', hint: `kubectl -n ${fault.metadata.namespace ?? ''} describe ${fault.kind}` },
  )
}

/** Deletes a fault and resolves when it is gone, finalizers and all. Returns what was seen. */
export async function healChaos(lab: Lab, fault: KubeObject): Promise<string> {
  const reference = referenceOf(fault)
  await lab.kube.delete(reference)
  await waitFor(
    `${reference.kind} "${reference.metadata.name}" gone`,
    async () => {
      const object = await lab.kube.get(reference)
      return object === null ? true : pending(`finalizers ${object.metadata.finalizers?.join(', ') ?? 'none'}`)
    },
    { timeout: '30s' },
  )
  return `${reference.kind} "${reference.metadata.name}" is gone`
}

function referenceOf({ apiVersion, kind, metadata }: KubeObject): ObjectReference {
  const { name, namespace = '' } = metadata
  return { apiVersion, kind, metadata: { name, namespace } }
}
