import { randomUUID } from 'node:crypto'
import { discoverGroup, discoverGroups, parseTarget, type Target } from './cluster-kinds.ts'
import { patch } from './cluster-patch.ts'

export type Stored = Record<string, unknown> & { metadata: Record<string, unknown> }

/** A request as it arrived. Header values are in the order of the lines: a header that was sent twice has two. */
export interface RecordedRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string[]>
  body: unknown
}

/**
 * A stand-in for a cluster: objects in memory by their paths, and every request that reached it. Nothing controls the objects.
 * It does what a real API server does for UIDs, resource versions, delete preconditions, finalizers, selectors and patches.
 */
export interface StandInCluster {
  name: string
  /** UID of its kube-system namespace. */
  uid: string
  /** Objects by path, such as `/api/v1/namespaces/kube-system`. */
  objects: Map<string, Stored>
  requests: RecordedRequest[]
  /** Each request that could have changed something, as method and path. */
  changes: string[]
  /** Stores an object as if somebody had created it: it gets a UID and a resource version where it has none. */
  put(path: string, object: Record<string, unknown>): Stored
  answer(request: RecordedRequest): Answer
}

export type Answer = readonly [code: number, body: unknown]

export interface StandInClusterOptions {
  uid?: string
  version?: string
  /** What the user may not do, as `verb resource`. */
  denied?: string[]
}

const REVIEWS = [
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  '/apis/authentication.k8s.io/v1/selfsubjectreviews',
]
const READS = ['GET', 'HEAD', 'OPTIONS']

export function standInCluster(name: string, options: StandInClusterOptions = {}): StandInCluster {
  const { uid = randomUUID(), version = 'v1.36.0', denied = [] } = options
  const objects = new Map<string, Stored>()
  const requests: RecordedRequest[] = []
  const changes: string[] = []
  let revision = 1
  const store = (path: string, object: Record<string, unknown>): Stored => {
    const metadata = (object.metadata ?? {}) as Record<string, unknown>
    const known = objects.get(path)?.metadata
    const born = {
      uid: known?.uid ?? randomUUID(),
      creationTimestamp: known?.creationTimestamp ?? new Date().toISOString(),
    }
    const stored = { ...object, metadata: { ...born, ...metadata, resourceVersion: String(revision++) } }
    objects.set(path, stored)
    return stored
  }
  const read = (request: RecordedRequest): Answer | null => {
    const { path } = request
    if (path === '/version') return [200, { major: '1', minor: '36', gitVersion: version }]
    if (path === '/api') return [200, { kind: 'APIVersions', versions: ['v1'] }]
    if (path === '/apis') return [200, discoverGroups()]
    const resources = discoverGroup(path)
    if (request.method !== 'GET' || resources === null) return null
    return [200, { kind: 'APIResourceList', groupVersion: path.replace(/^\/apis?\//, ''), resources }]
  }
  const write = (request: RecordedRequest, target: Target): Answer => {
    const { method, path } = request
    const body = request.body as Stored | null
    if (method === 'POST' && target.name === null) {
      if (body === null) return failure(400, 'BadRequest')
      if (lacksNamespace(objects, target)) return failure(404, 'NotFound')
      const { name, generateName } = body.metadata as { name?: string; generateName?: string }
      const named = name ?? `${generateName ?? ''}${randomUUID().slice(0, 5)}`
      const at = `${path}/${named}`
      if (objects.has(at)) return failure(409, 'AlreadyExists')
      return [
        201,
        request.query.has('dryRun') ? body : store(at, { ...body, metadata: { ...body.metadata, name: named } }),
      ]
    }
    if (method === 'DELETE' && target.name === null) {
      const chosen = select(objects, target, request.query)
      for (const [at] of chosen) remove(objects, at, target)
      return [200, { kind: 'List', items: chosen.map(([, object]) => object) }]
    }
    const at = target.subresource === null ? path : path.slice(0, path.lastIndexOf('/'))
    const found = objects.get(at)
    if (method === 'POST') return found === undefined ? failure(404, 'NotFound') : [201, body ?? found]
    if (method === 'PATCH') {
      const isApply = request.headers['content-type']?.[0]?.startsWith('application/apply-patch') ?? false
      if (found === undefined && (!isApply || lacksNamespace(objects, target))) return failure(404, 'NotFound')
      if (found !== undefined && body !== null && conflicts(body.metadata, found)) return failure(409, 'Conflict')
      const patched = patch(found ?? { metadata: { name: target.name } }, request.body) as Stored
      return settle(objects, at, store(at, patched), found === undefined ? 201 : 200)
    }
    if (found === undefined) return failure(404, 'NotFound')
    if (method === 'DELETE') {
      const { preconditions } = (body ?? {}) as { preconditions?: Record<string, unknown> }
      if (conflicts(preconditions, found)) return failure(409, 'Conflict')
      remove(objects, at, target)
      return [200, { kind: 'Status', apiVersion: 'v1', status: 'Success', details: { uid: found.metadata.uid } }]
    }
    if (method !== 'PUT' || body === null) return failure(405, 'MethodNotAllowed')
    if (conflicts(body.metadata, found)) return failure(409, 'Conflict')
    return settle(objects, at, store(at, body), 200)
  }
  const cluster: StandInCluster = {
    ...{ name, uid, objects, requests, changes },
    put: store,
    answer(request) {
      requests.push(request)
      const { method, path } = request
      if (REVIEWS.includes(path)) return [201, reviewed(request.body as Stored, denied)]
      const target = parseTarget(path)
      const isExec = target?.subresource === 'exec' || target?.subresource === 'attach'
      if (!READS.includes(method) || isExec) changes.push(`${method} ${path}`)
      const known = read(request)
      if (known !== null) return known
      if (target === null) return failure(404, 'NotFound')
      if (!READS.includes(method)) return write(request, target)
      const found = objects.get(path)
      if (found !== undefined) return [200, found]
      if (target.name !== null) return failure(404, 'NotFound')
      const items = select(objects, target, request.query).map(([, object]) => object)
      return [200, { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: String(revision) }, items }]
    },
  }
  cluster.put('/api/v1/namespaces/kube-system', {
    ...{ apiVersion: 'v1', kind: 'Namespace' },
    metadata: { name: 'kube-system', uid },
  })
  return cluster
}

export const failure = (code: number, reason: string): Answer => [
  code,
  { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: reason },
]

const lacksNamespace = (objects: Map<string, Stored>, { namespace }: Target): boolean =>
  namespace !== null && !objects.has(`/api/v1/namespaces/${namespace}`)

/** Whether a UID or a resource version that the caller expects is not the object's. */
const conflicts = (expected: Record<string, unknown> | undefined, { metadata }: Stored): boolean =>
  ['uid', 'resourceVersion'].some((field) => {
    const wanted = expected?.[field]
    return wanted !== undefined && wanted !== null && wanted !== '' && wanted !== metadata[field]
  })

/** Objects of a collection, in one namespace or in all, by labels and by the fields `metadata.name` and `metadata.namespace`. */
function select(objects: Map<string, Stored>, target: Target, query: URLSearchParams): [string, Stored][] {
  const { group, resource, namespace } = target
  return [...objects].filter(([path, object]) => {
    const found = parseTarget(path)
    if (found?.group !== group || found.resource !== resource) return false
    if (namespace !== null && found.namespace !== namespace) return false
    const labels = (object.metadata.labels ?? {}) as Record<string, string>
    const fields = { 'metadata.name': String(object.metadata.name), 'metadata.namespace': found.namespace ?? '' }
    return matches(query.get('labelSelector'), labels) && matches(query.get('fieldSelector'), fields)
  })
}

/** `a=b`, `a==b`, `a!=b`, `a`, `!a`, `a in (b, c)` and `a notin (b)`, separated by commas. */
function matches(selector: string | null, values: Record<string, string>): boolean {
  return (selector ?? '')
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '')
    .every((term) => {
      const set = /^(\S+)\s+(in|notin)\s+\((.*)\)$/.exec(term)
      if (set) {
        const listed = (set[3] ?? '').split(',').map((one) => one.trim())
        return listed.includes(values[set[1] ?? ''] ?? '') === (set[2] === 'in')
      }
      const [, key = '', operator, value] = /^!?([^=!]+)(?:(!=|==?)(.*))?$/.exec(term) ?? []
      if (operator === undefined) return key in values !== term.startsWith('!')
      return (values[key] === value) === (operator !== '!=')
    })
}

/** Removes an object, with all that is in a namespace and all objects of a definition. One with finalizers stays, marked. */
function remove(objects: Map<string, Stored>, path: string, { resource }: Target): void {
  const object = objects.get(path)
  if (object === undefined) return
  const finalizers = (object.metadata.finalizers ?? []) as string[]
  if (finalizers.length > 0) {
    object.metadata.deletionTimestamp ??= new Date().toISOString()
    return
  }
  objects.delete(path)
  const { names, group } = (object.spec ?? {}) as { names?: { plural?: string }; group?: string }
  for (const other of [...objects.keys()]) {
    const target = parseTarget(other)
    const isInside = resource === 'namespaces' && target?.namespace === object.metadata.name
    const isInstance =
      resource === 'customresourcedefinitions' &&
      target?.resource === names?.plural &&
      target?.group.startsWith(`/apis/${group ?? ''}/`) === true
    if (isInside || isInstance) objects.delete(other)
  }
}

/** An object that was being deleted goes with its last finalizer. */
function settle(objects: Map<string, Stored>, path: string, stored: Stored, code: number): Answer {
  const finalizers = (stored.metadata.finalizers ?? []) as string[]
  if (stored.metadata.deletionTimestamp !== undefined && finalizers.length === 0) objects.delete(path)
  return [code, stored]
}

function reviewed(body: Stored, denied: string[]): unknown {
  const spec = body.spec as
    { resourceAttributes?: { verb: string; resource: string; subresource?: string } } | undefined
  if (spec?.resourceAttributes === undefined) return { ...body, status: { userInfo: { username: 'me' } } }
  const { verb, resource, subresource } = spec.resourceAttributes
  const right = [`${verb} ${resource}`, ...(subresource === undefined ? [] : [subresource])].join('/')
  return { ...body, status: { allowed: !denied.includes(right) } }
}
