import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { clientLibrary } from '../../kube/library.ts'
import type { KubeObject } from '../../kube/object.ts'
import { messageOf } from '../../system/file-error.ts'
import type { Application } from './definition.ts'

/** Objects and selectors that a drill needs from the manifests of an application. */
export interface ApplicationPlan {
  /** Objects without a namespace, and without the Namespace itself, because each drill creates one. */
  objects: KubeObject[]
  service: { name: string; port: number }
  /** Labels by which the Service selects its pods. */
  labels: Record<string, string>
  /** The first container that mounts a claim. */
  container: string
  /** The claims that these pods mount. */
  claims: string[]
}

interface Container {
  name: string
  image?: string
  volumeMounts?: { name: string }[]
}

interface PodSpec {
  containers: Container[]
  initContainers?: Container[]
  volumes?: { name: string; persistentVolumeClaim?: { claimName: string } }[]
}

interface Controller extends KubeObject {
  spec: {
    replicas?: number
    template: { metadata?: { labels?: Record<string, string> }; spec: PodSpec }
    volumeClaimTemplates?: { metadata: { name: string } }[]
  }
}

/** Kinds with pods that a drill can find. */
const CONTROLLERS = ['Deployment', 'StatefulSet', 'DaemonSet']

/** Kinds without a namespace that applications often include. Deleting the drill's namespace would not remove them. */
const CLUSTER_WIDE = [
  ...['CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding', 'PersistentVolume', 'StorageClass'],
  ...['PriorityClass', 'IngressClass', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
]

/** Reads the manifests. Relative paths start at `folder`. Throws, before any change, if the application cannot be drilled. */
export function planApplication(application: Application, folder = process.cwd()): ApplicationPlan {
  const all = application.manifests.flatMap((path) => readObjects(resolve(folder, path)))
  const objects = all.filter(({ kind }) => kind !== 'Namespace').map(withoutNamespace)
  requireOneNamespace(all)
  requireNoClusterWide(objects)
  const service = findService(objects, application.service)
  const labels = (service.spec as { selector?: Record<string, string> }).selector ?? {}
  if (Object.keys(labels).length === 0)
    throw new Error(`Service "${application.service}" selects no pods: it has no selector`)
  const controller = findController(objects, labels, application.service)
  const claims = claimsOf(controller)
  requireMounted(objects, claims)
  return {
    objects,
    service: { name: application.service, port: application.port ?? firstPort(service) },
    labels,
    container: containerOf(controller),
    claims,
  }
}

/** The pod template of an object. Null if the object creates no pods. */
export const podSpecOf = (object: KubeObject): PodSpec | null =>
  (object.spec as Partial<Controller['spec']> | undefined)?.template?.spec ?? null

function readObjects(path: string): KubeObject[] {
  const files = filesAt(path)
  if (files.length === 0) throw new Error(`"${path}" has no YAML files`)
  const objects = files.flatMap((file) => {
    try {
      return (clientLibrary().loadAllYaml(readFileSync(file, 'utf8')) as (KubeObject | null)[]).filter(
        (object) => object !== null,
      )
    } catch (error) {
      throw new Error(`"${file}" cannot be read as YAML: ${messageOf(error)}`, { cause: error })
    }
  })
  for (const object of objects)
    if (!object.kind || !object.apiVersion || !(object.metadata as Partial<KubeObject['metadata']> | undefined)?.name)
      throw new Error(`"${path}" has a document without apiVersion, kind or metadata.name`)
  return objects
}

function filesAt(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new Error(`"${path}" does not exist`)
  if (!found.isDirectory()) return [path]
  const names = readdirSync(path).filter((name) => /\.ya?ml$/.test(name))
  return names.sort().map((name) => join(path, name))
}

function withoutNamespace(object: KubeObject): KubeObject {
  const metadata = { ...object.metadata }
  delete metadata.namespace
  return { ...object, metadata }
}

function requireOneNamespace(objects: KubeObject[]): void {
  const named = objects.flatMap(({ kind, metadata }) =>
    kind === 'Namespace' ? [metadata.name] : metadata.namespace === undefined ? [] : [metadata.namespace],
  )
  const names = [...new Set(named)]
  if (names.length > 1)
    throw new Error(
      `the manifests have objects in ${names.length} namespaces (${names.join(', ')}). Next: name manifests of one namespace`,
    )
}

function requireNoClusterWide(objects: KubeObject[]): void {
  const found = objects.find(({ kind }) => CLUSTER_WIDE.includes(kind))
  if (found !== undefined)
    throw new Error(
      `${found.kind} "${found.metadata.name}" belongs to no namespace, so a drill could not remove it. Next: apply it to the cluster yourself, and leave it out of the manifests`,
    )
}

function findService(objects: KubeObject[], name: string): KubeObject {
  const services = objects.filter(({ kind }) => kind === 'Service')
  const found = services.find(({ metadata }) => metadata.name === name)
  if (found !== undefined) return found
  const names = services.map(({ metadata }) => `"${metadata.name}"`).join(', ') || 'none'
  throw new Error(`the manifests have no Service "${name}"; Services there: ${names}`)
}

function firstPort(service: KubeObject): number {
  const port = (service.spec as { ports?: { port: number }[] }).ports?.[0]?.port
  if (port === undefined) throw new Error(`Service "${service.metadata.name}" has no port`)
  return port
}

function findController(objects: KubeObject[], labels: Record<string, string>, service: string): Controller {
  const selected = (objects as Controller[]).filter(({ kind, spec }) => {
    const own = CONTROLLERS.includes(kind) ? (spec.template.metadata?.labels ?? {}) : null
    return own !== null && Object.entries(labels).every(([name, value]) => own[name] === value)
  })
  const stateful = selected.find((controller) => claimsOf(controller).length > 0)
  if (stateful !== undefined) return stateful
  if (selected.length === 0) throw new Error(`no ${CONTROLLERS.join(', ')} has pods that Service "${service}" selects`)
  throw new Error(
    `no pod behind Service "${service}" mounts a PersistentVolumeClaim, so there is no data to lose. Next: name the Service of the pods that store the data`,
  )
}

/** Claims that the pods mount: those in the template, and those that a StatefulSet creates for each replica. */
function claimsOf({ metadata, spec }: Controller): string[] {
  const named = (spec.template.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
    persistentVolumeClaim === undefined ? [] : [persistentVolumeClaim.claimName],
  )
  const replicas = Array.from({ length: spec.replicas ?? 1 }, (_, index) => index)
  const made = (spec.volumeClaimTemplates ?? []).flatMap((template) =>
    replicas.map((index) => `${template.metadata.name}-${metadata.name}-${index}`),
  )
  return [...new Set([...named, ...made])]
}

function requireMounted(objects: KubeObject[], mounted: string[]): void {
  const every = new Set([
    ...mounted,
    ...(objects as Controller[]).filter(({ kind }) => CONTROLLERS.includes(kind)).flatMap(claimsOf),
  ])
  const unused = objects.find(({ kind, metadata }) => kind === 'PersistentVolumeClaim' && !every.has(metadata.name))
  if (unused !== undefined)
    throw new Error(
      `no pod mounts PersistentVolumeClaim "${unused.metadata.name}", so no drill can see its data. Next: leave it out of the manifests`,
    )
}

function containerOf({ metadata, spec }: Controller): string {
  const { containers, volumes = [] } = spec.template.spec
  const names = [
    ...volumes.filter((volume) => volume.persistentVolumeClaim !== undefined).map(({ name }) => name),
    ...(spec.volumeClaimTemplates ?? []).map((template) => template.metadata.name),
  ]
  const found = containers.find(({ volumeMounts = [] }) => volumeMounts.some(({ name }) => names.includes(name)))
  if (found === undefined) throw new Error(`no container of "${metadata.name}" mounts its claim`)
  return found.name
}
