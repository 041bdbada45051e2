import { readFile } from 'node:fs/promises'
import type {
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObject,
  KubernetesObjectApi,
  V1Node,
  V1Pod,
} from '@kubernetes/client-node'
import { clientLibrary } from './library.ts'
import { parseAllDocuments } from 'yaml'
import { messageOf } from '../system/file-error.ts'
import { clientConfig } from './access/client-config.ts'
import { guardOf } from './access/guard.ts'
import { readAccess } from './access/kubeconfig.ts'
import { RunAborted } from './access/pin.ts'
import { OUTPUT_LIMIT, shortenMiddle, shellCommand } from '../output/shorten.ts'
import { redactError } from '../output/redaction.ts'
import { redact } from '../output/secrets.ts'
import type { KubeObject, ObjectReference } from './object.ts'
import { ForeignObject } from './foreign-object.ts'
import { pending, waitFor } from '../system/wait.ts'
const FIELD_MANAGER = 'meshdrill'

/** Access to a cluster: the typed clients, and the few operations that drivers need most. */
export interface KubeClient {
  readonly config: KubeConfig
  readonly core: CoreV1Api
  readonly apps: AppsV1Api
  readonly custom: CustomObjectsApi
  readonly objects: KubernetesObjectApi
  /** Server-side apply, in the given order. `namespace` is for objects without a namespace. */
  apply(objects: KubeObject[], options?: { namespace?: string }): Promise<void>
  /** Reads an object; null if it does not exist. */
  get<T extends KubeObject = KubeObject>(object: ObjectReference): Promise<T | null>
  /** Creates an object. Errors: `ForeignObject` if an object with its name exists. */
  create(object: KubeObject): Promise<void>
  /**
   * Deletes an object, and does not wait. A missing object is not an error. If the reference has a UID and the object has another
   * one, the object stays, and the API server's refusal (409) is the error.
   */
  delete(object: ObjectReference): Promise<void>
  /** Pods of a namespace, by labels. */
  pods(namespace: string, labels?: Record<string, string>): Promise<V1Pod[]>
}

/**
 * A client for the current context of a kubeconfig that meshdrill wrote. If a pin is beside the kubeconfig, the client verifies the
 * cluster before each request that may change something. Then requests can also fail with `RunAborted`.
 */
export function connect(kubeconfig: string): KubeClient {
  const access = readAccess(kubeconfig)
  return clientOf(clientConfig(access, guardOf(kubeconfig, access)))
}

export function clientOf(config: KubeConfig): KubeClient {
  const core = config.makeApiClient(clientLibrary().CoreV1Api)
  const objects = clientLibrary().KubernetesObjectApi.makeApiClient(config)
  return {
    config,
    core,
    apps: config.makeApiClient(clientLibrary().AppsV1Api),
    custom: config.makeApiClient(clientLibrary().CustomObjectsApi),
    objects,
    async apply(list, { namespace } = {}) {
      for (const object of list)
        await applyOne(objects, namespace === undefined ? object : inNamespace(object, namespace))
    },
    async get<T extends KubeObject = KubeObject>(object: ObjectReference) {
      return (await nullIfNotFound(objects.read(object))) as unknown as T | null
    },
    async create(object) {
      try {
        await objects.create(object as KubernetesObject, undefined, undefined, FIELD_MANAGER)
      } catch (error) {
        if (error instanceof clientLibrary().ApiException && error.code === 409) throw new ForeignObject(object)
        throw refusalError(object, error)
      }
    },
    async delete(object) {
      const { uid } = object.metadata
      const body =
        uid === undefined
          ? undefined
          : Object.assign(new (clientLibrary().V1DeleteOptions)(), { preconditions: { uid } })
      await nullIfNotFound(objects.delete(object, undefined, undefined, undefined, undefined, undefined, body))
    },
    async pods(namespace, labels = {}) {
      const labelSelector = selector(labels)
      return (await core.listNamespacedPod({ namespace, labelSelector })).items
    },
  }
}

/** Reads the objects of a YAML file with one or more documents. */
export async function readManifest(file: string | URL): Promise<KubeObject[]> {
  return parseManifest(await readFile(file, 'utf8'), String(file))
}

/** Parses the objects of a YAML text. `source` names the text in errors. */
export function parseManifest(text: string, source: string): KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors
    if (error) throw new Error(`"${source}" is not valid YAML: ${error.message}`, { cause: error })
    const object: unknown = document.toJS()
    return object === null ? [] : listItems(object).map((item) => toObject(item, source))
  })
}

/** The items of a List, such as `velero install --dry-run` prints. For any other object, the object itself. */
function listItems(object: unknown): unknown[] {
  const { items } = object as { items?: unknown }
  return Array.isArray(items) ? items : [object]
}

function toObject(value: unknown, source: string): KubeObject {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<KubeObject>
  if (apiVersion && kind && metadata?.name) return value as KubeObject
  throw new Error(`"${source}" has an object without apiVersion, kind or metadata.name`)
}

/** Resolves when all pods of the selection are Ready, and at least `count` exist. */
export async function podsReady(
  kube: KubeClient,
  namespace: string,
  labels: Record<string, string>,
  options: { timeout: string; count?: number },
): Promise<V1Pod[]> {
  const what = `pods ${selector(labels) || '(all)'} in namespace "${namespace}" Ready`
  const hint = shellCommand`kubectl -n ${namespace} describe pods -l ${selector(labels)}`
  const probe = async () => {
    const pods = (await kube.pods(namespace, labels)).filter((pod) => pod.status?.phase !== 'Succeeded')
    const enough = pods.length >= (options.count ?? 1)
    return enough && pods.every(isReady) ? pods : pending(pods.map(describePod).join('; ') || 'no pods')
  }
  return waitFor(what, probe, { timeout: options.timeout, hint })
}

/** True if a pod or a node is Ready and is not being deleted. */
export function isReady(object: V1Pod | V1Node): boolean {
  const conditions = object.status?.conditions ?? []
  return !object.metadata?.deletionTimestamp && conditions.some((c) => c.type === 'Ready' && c.status === 'True')
}

export const selector = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')

export function isNotFound(error: unknown): boolean {
  return error instanceof clientLibrary().ApiException && error.code === 404
}

export async function nullIfNotFound<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

async function applyOne(objects: KubernetesObjectApi, object: KubeObject): Promise<void> {
  try {
    await objects.patch(
      object as KubernetesObject,
      undefined,
      undefined,
      FIELD_MANAGER,
      true,
      clientLibrary().PatchStrategy.ServerSideApply,
    )
  } catch (error) {
    throw refusalError(object, error)
  }
}

function refusalError({ kind, metadata }: KubeObject, error: unknown): Error {
  if (error instanceof RunAborted) return error
  const refused = redact(`${kind} "${metadata.name}" was refused: ${reasonOf(error)}`)
  return new Error(refused, { cause: redactError(error) })
}

/** Why the API server refused a request: the message of its Status, if there is one. */
export function reasonOf(error: unknown): string {
  if (error instanceof clientLibrary().ApiException) {
    const body: unknown = error.body
    const status = typeof body === 'string' ? parseStatus(body) : body
    if (typeof status === 'object' && status !== null && 'message' in status) return String(status.message)
    return typeof body === 'string' ? shortenMiddle(body, OUTPUT_LIMIT) : `HTTP ${error.code}`
  }
  return messageOf(error)
}

/** Parses the Status in an answer; null if it is not JSON, for example from a proxy. */
function parseStatus(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

/** Sets the namespace of an object that has none. */
export const inNamespace = (object: KubeObject, namespace: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace },
})

function describePod(pod: V1Pod): string {
  const containers = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
  const states = containers
    .filter((c) => !c.ready)
    .map((c) => `${c.name} ${c.state?.waiting?.reason ?? c.state?.terminated?.reason ?? 'not ready'}`)
  return `${pod.metadata?.name ?? '?'} ${pod.status?.phase ?? '?'} ${states.join(', ')}`.trim()
}
