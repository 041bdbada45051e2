import { podsReady, readManifest } from '../kube/client.ts'
import { installChart } from '../kube/helm.ts'
import type { KubeObject, ObjectReference } from '../kube/object.ts'
import { pending, waitFor } from '../kube/wait.ts'
import type { Lab } from '../lab.ts'
import { orUndo } from './undo.ts'

export const CHAOS_NAMESPACE = 'chaos-mesh'
/** Where the faults are kept, a file each. */
export const CHAOS_FOLDER = new URL('../../chaos/', import.meta.url)

/** Annotation of a namespace whose pods faults may reach. */
export const FAULTS_ALLOWED = { 'chaos-mesh.org/inject': 'enabled' }

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
        nodeSelector: lab.cluster.systemNodes,
        resources: { requests: { cpu: '25m', memory: '64Mi' } },
      },
      chaosDaemon: { runtime: 'containerd', socketPath: '/run/containerd/containerd.sock' },
      dashboard: { create: false },
      dnsServer: { create: false },
    },
  })
  await allowPartitionBehavior(lab)
  await podsReady(
    lab.kube,
    CHAOS_NAMESPACE,
    { 'app.kubernetes.io/component': 'controller-manager' },
    { timeout: '120s' },
  )
  await podsReady(lab.kube, CHAOS_NAMESPACE, { 'app.kubernetes.io/component': 'chaos-daemon' }, { timeout: '120s' })
}

interface Definition extends KubeObject {
  spec: {
    versions: {
      schema: { openAPIV3Schema: { properties: { spec: { properties: Partial<Record<string, object>> } } } }
    }[]
  }
}

/**
 * Adds a field that Chaos Mesh's webhook fills in and that the definition in its chart may lack: the API server would drop
 * it, the webhook take that for a change of the fault, which it refuses, and no NetworkChaos would ever be injected.
 */
export async function allowPartitionBehavior({ kube }: Lab): Promise<void> {
  const { apiVersion, kind } = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
  const metadata = { name: 'networkchaos.chaos-mesh.org' }
  const definition = await kube.get<Definition>({ apiVersion, kind, metadata })
  if (definition === null) throw new Error(`the definition "${metadata.name}" is not there`)
  for (const version of definition.spec.versions) {
    version.schema.openAPIV3Schema.properties.spec.properties.partitionBehavior ??= { type: 'string' }
  }
  await kube.apply([{ apiVersion, kind, metadata, spec: definition.spec }])
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
  const [fault] = await readManifest(new URL(file, CHAOS_FOLDER))
  if (fault === undefined) throw new Error(`chaos/${file} holds no object`)
  const spec = { ...(fault.spec as Record<string, unknown>), ...aim.spec }
  return { ...fault, metadata: { ...fault.metadata, namespace: aim.namespace }, spec }
}

/** Applies a fault and resolves with what `observe` saw of it. Where it saw nothing, the fault is healed. */
export const injectChaos = <T>(
  lab: Lab,
  fault: KubeObject,
  observe: () => Promise<T>,
  heal: () => Promise<unknown> = () => healChaos(lab, fault),
): Promise<T> =>
  orUndo(async () => {
    await lab.kube.apply([fault])
    return observe()
  }, heal)

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
