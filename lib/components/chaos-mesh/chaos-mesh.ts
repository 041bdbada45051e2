import { randomUUID } from 'node:crypto'
import { podsReady, readManifest } from '../../kube/client.ts'
import { installChart } from '../../lab/charts.ts'
import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Undo } from '../../lab/undo.ts'
import { shellCommand } from '../../output/shorten.ts'

export const CHAOS_NAMESPACE = 'chaos-mesh'
/** The folder of the faults, one file for each. */
export const CHAOS_FOLDER = new URL('../../../chaos/', import.meta.url)

/** Annotation of namespaces in which Chaos Mesh may inject faults. */
export const FAULTS_ALLOWED = { 'chaos-mesh.org/inject': 'enabled' }

/** Installs Chaos Mesh from its Helm chart. It injects faults only into annotated namespaces, so no other namespace is hit. */
export async function installChaosMesh(lab: Lab): Promise<void> {
  await lab.cluster.loadImages(
    ['chaos-mesh/chaos-mesh', 'chaos-mesh/chaos-daemon'].map((name) => lab.artifacts.image(name)),
  )
  await installChart(lab, {
    name: 'chaos-mesh',
    namespace: CHAOS_NAMESPACE,
    // Its daemon enters the network and process namespaces of other pods.
    podSecurity: 'privileged',
    definitions: 'chaos-mesh.org',
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
  await addPartitionBehavior(lab)
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
 * Adds the field `partitionBehavior` to the definition of NetworkChaos, if the chart lacks it. Chaos Mesh's webhook sets the
 * field. Without it in the definition the API server drops the field, the webhook refuses this as a change of the fault, and no
 * NetworkChaos is injected.
 */
async function addPartitionBehavior({ kube }: Lab): Promise<void> {
  const { apiVersion, kind } = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
  const metadata = { name: 'networkchaos.chaos-mesh.org' }
  const definition = await kube.get<Definition>({ apiVersion, kind, metadata })
  if (definition === null) {
    throw new Error(`CustomResourceDefinition "${metadata.name}" does not exist. Next: kubectl get crds`)
  }
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

/** Annotation with a unique value. It lets an undo find its own object, and not another one with the same name. */
const MARK = 'meshdrill/change'

/** Adds a unique mark to an object. */
export function withMark(object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, [MARK]: randomUUID() }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** Reads a fault from `chaos/`, sets its target, and marks it. */
export async function readFault(
  file: string,
  aim: { namespace: string; spec?: Record<string, unknown> },
): Promise<KubeObject> {
  const [fault] = await readManifest(new URL(file, CHAOS_FOLDER))
  if (fault === undefined) throw new Error(`file "chaos/${file}" has no object`)
  const spec = { ...(fault.spec as Record<string, unknown>), ...aim.spec }
  return withMark({ ...fault, metadata: { ...fault.metadata, namespace: aim.namespace }, spec })
}

/** Creates an object of a fault. Errors: another object with that name exists. */
export async function create({ kube }: Lab, object: KubeObject): Promise<void> {
  const { kind, metadata } = object
  const existing = await kube.get(referenceOf(object))
  if (existing !== null && markOf(existing) !== markOf(object)) {
    const next = shellCommand`kubectl -n ${metadata.namespace ?? ''} delete ${kind} ${metadata.name}`
    throw new Error(`${kind} "${metadata.name}" already exists and does not belong to this drill. Next: ${next}`)
  }
  await kube.apply([object])
}

export const markOf = ({ metadata }: KubeObject): string => metadata.annotations?.[MARK] ?? ''

/** Resolves when Chaos Mesh reports that the fault was injected into every target. Returns the targets. */
export async function waitForInjection(lab: Lab, fault: KubeObject): Promise<string[]> {
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
    {
      timeout: '30s',
      every: '50ms',
      hint: shellCommand`kubectl -n ${fault.metadata.namespace ?? ''} describe ${fault.kind}`,
    },
  )
}

/** The undo that deletes a marked object. */
export const deletionOf = (object: KubeObject): Undo => ({
  kind: 'delete-object',
  object: referenceOf(object),
  mark: markOf(object),
})

/**
 * Deletes an object with this mark, and resolves when it no longer exists. An object with the same name and another mark stays.
 * Returns a sentence for the log.
 */
export async function deleteMarked({ kube }: Lab, reference: ObjectReference, mark: string): Promise<string> {
  const name = `${reference.kind} "${reference.metadata.name}"`
  const hasMark = (object: KubeObject | null): object is KubeObject => object !== null && markOf(object) === mark
  if (hasMark(await kube.get(reference))) await kube.delete(reference)
  await waitFor(
    `${name} gone`,
    async () => {
      const object = await kube.get(reference)
      return hasMark(object) ? pending(`finalizers ${object.metadata.finalizers?.join(', ') ?? 'none'}`) : true
    },
    { timeout: '30s' },
  )
  return `${name} is gone`
}

export function referenceOf({ apiVersion, kind, metadata }: KubeObject): ObjectReference {
  const { name, namespace = '' } = metadata
  return { apiVersion, kind, metadata: { name, namespace } }
}
