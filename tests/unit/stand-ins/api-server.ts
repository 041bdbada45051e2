import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A stand-in for a cluster's API server: objects in memory, by their paths. Nothing controls them. */
export interface ApiServer {
  url: string
  /** Objects by path, such as `/api/v1/namespaces/kube-system`. */
  objects: Map<string, Stored>
  /** Each request that could have changed something, as method and path. */
  changes: string[]
  close(): Promise<void>
}

type Stored = Record<string, unknown> & { metadata: Record<string, unknown> }

export interface ApiServerOptions {
  token: string
  /** What the user may not do, as `verb resource`. */
  denied?: string[]
  /** By how much its clock is ahead of ours. */
  clockAheadMs?: number
}

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const DISCOVERY: Record<string, { name: string; kind: string; namespaced: boolean; verbs?: string[] }[]> = {
  '/api/v1': [
    { name: 'namespaces', kind: 'Namespace', namespaced: false },
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
  ],
  '/apis/rbac.authorization.k8s.io/v1': [
    { name: 'clusterrolebindings', kind: 'ClusterRoleBinding', namespaced: false },
  ],
  '/apis/chaos-mesh.org/v1alpha1': [{ name: 'podchaos', kind: 'PodChaos', namespaced: true, verbs: ['list'] }],
  '/apis/apps/v1': [{ name: 'deployments', kind: 'Deployment', namespaced: true }],
  '/apis/velero.io/v1': [{ name: 'backupstoragelocations', kind: 'BackupStorageLocation', namespaced: true }],
  '/apis/apiextensions.k8s.io/v1': [
    { name: 'customresourcedefinitions', kind: 'CustomResourceDefinition', namespaced: false },
  ],
}

export async function startApiServer({ token, denied = [], clockAheadMs = 0 }: ApiServerOptions): Promise<ApiServer> {
  const objects = new Map<string, Stored>()
  const changes: string[] = []
  let version = 1
  const store = (path: string, object: Stored): Stored => {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version++) } }
    objects.set(path, stored)
    return stored
  }
  /** With a namespace goes what is in it. */
  const remove = (path: string): void => {
    const inside = path.startsWith('/api/v1/namespaces/') ? `/namespaces/${path.split('/')[4] ?? ''}/` : path
    for (const at of [...objects.keys()]) if (at === path || at.includes(inside)) objects.delete(at)
  }
  const answer = (method: string, path: string, body: Stored | null): readonly [number, unknown] => {
    if (path === '/version') return [200, { major: '1', minor: '36', gitVersion: 'v1.36.0' }]
    if (path === REVIEWS) return [201, reviewed(body, denied)]
    if (method !== 'GET') changes.push(`${method} ${path}`)
    if (method === 'POST') {
      const at = `${path}/${String(body?.metadata.name)}`
      return objects.has(at) || body === null ? [409, status(409)] : [201, store(at, body)]
    }
    const found = objects.get(path)
    if (method === 'GET' && path in DISCOVERY) return [200, { kind: 'APIResourceList', resources: DISCOVERY[path] }]
    if (method === 'GET' && isCollection(path)) return [200, { items: itemsOf(objects, path) }]
    if (found === undefined) return [404, status(404)]
    if (method === 'DELETE') remove(path)
    if (method !== 'PUT' || body === null) return [200, found]
    const outdated =
      (body.metadata.resourceVersion ?? found.metadata.resourceVersion) !== found.metadata.resourceVersion
    return outdated ? [409, status(409)] : [200, store(path, body)]
  }
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { method = 'GET', url = '/', headers } = request
      const path = new URL(url, 'http://server').pathname
      const known = headers.authorization === `Bearer ${token}`
      const [code, said] = known ? answer(method, path, body) : [401, status(401)]
      response.setHeader('date', new Date(Date.now() + clockAheadMs).toUTCString())
      send(response, code, said)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    changes,
    close: () =>
      new Promise((resolve) =>
        server.close(() => {
          resolve()
        }),
      ),
  }
}

const isCollection = (path: string): boolean =>
  path === DEFINITIONS || /\/(namespaces|nodes|storageclasses|podchaos|backups|(?<=api\/v1\/)configmaps)$/.test(path)

const itemsOf = (objects: Map<string, Stored>, path: string): Stored[] =>
  [...objects].filter(([at]) => at.slice(0, at.lastIndexOf('/')) === path).map(([, object]) => object)

function reviewed(body: Stored | null, denied: string[]): unknown {
  const spec = body?.spec as { resourceAttributes: { verb: string; resource: string; subresource?: string } }
  const { verb, resource, subresource } = spec.resourceAttributes
  const right = [`${verb} ${resource}`, ...(subresource === undefined ? [] : [subresource])].join('/')
  return { ...body, status: { allowed: !denied.includes(right) } }
}

const status = (code: number): unknown => ({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code })

async function readBody(request: IncomingMessage): Promise<Stored | null> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? null : (JSON.parse(text) as Stored)
}

function send(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
