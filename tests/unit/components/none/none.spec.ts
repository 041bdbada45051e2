import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node'
import { expect, test as base } from '@playwright/test'
import { copySlices } from '../../../../lib/components/none/direct.ts'
import { watchEndpoints, type EndpointSlice } from '../../../../lib/components/none/endpoints.ts'
import { none } from '../../../../lib/components/none/none.ts'
import type { KubeObject, ObjectReference } from '../../../../lib/kube/object.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import { labWith } from '../../stand-ins/lab.ts'

const slice = (address: string, changes: Partial<EndpointSlice> = {}): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'ledger-x1', namespace: 'drill', labels: { 'kubernetes.io/service-name': 'ledger' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: [address], conditions: { ready: true } }],
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  ...changes,
})

/** An API server that only lists and watches EndpointSlices. */
async function startSlices() {
  let items: EndpointSlice[] = [slice('10.0.0.1')]
  let isRefusing = false
  let watching: ServerResponse | null = null
  const server = createServer((request, response) => {
    if (isRefusing) return void response.writeHead(503).end()
    const { searchParams, pathname } = new URL(request.url ?? '/', 'http://server')
    if (!pathname.endsWith('/namespaces/drill/endpointslices')) return void response.writeHead(404).end()
    if (searchParams.get('labelSelector') !== 'kubernetes.io/service-name=ledger')
      return void response.writeHead(400).end()
    response.writeHead(200, { 'content-type': 'application/json' })
    if (searchParams.get('watch') === null)
      return void response.end(JSON.stringify({ metadata: { resourceVersion: '7' }, items }))
    response.flushHeaders()
    watching = response
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const config = new KubeConfig()
  const { port } = server.address() as AddressInfo
  config.loadFromClusterAndUser({ name: 'c', skipTLSVerify: true, server: `http://127.0.0.1:${port}` }, { name: 'u' })
  const lab: Lab = labWith((memory) => ({
    config,
    custom: config.makeApiClient(CustomObjectsApi),
    async get<T extends KubeObject>(reference: ObjectReference) {
      const found = await memory.get<T & { spec?: { ports?: object[] } }>(reference)
      if (found?.kind !== 'Service' || reference.metadata.namespace === 'drill') return found
      const ports = found.spec?.ports?.map((one) => ({ ...one, nodePort: 31_000 }))
      return { ...found, spec: { ...found.spec, clusterIP: '10.96.0.9', ports } }
    },
  }))
  await lab.kube.apply([
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'ledger', namespace: 'drill' },
      spec: {
        ipFamilies: ['IPv4'],
        ports: [
          { name: 'metrics', port: 9090 },
          { name: 'http', port: 80 },
        ],
      },
    },
  ])
  const copied = async (): Promise<string[]> => {
    const reference = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' }
    const copy = await lab.kube.get({ ...reference, metadata: { namespace: 'drill-port', name: 'direct' } })
    return ((copy?.endpoints ?? []) as { addresses: string[] }[]).flatMap(({ addresses }) => addresses)
  }
  return {
    lab,
    copied,
    watched: () => expect.poll(() => watching !== null, { intervals: [5] }).toBe(true),
    say: (type: string, object: EndpointSlice) => watching?.write(`${JSON.stringify({ type, object })}\n`),
    /** Ends the watch. Later lists return `next`. */
    endWatch(next: EndpointSlice[]) {
      items = next
      watching?.end()
      watching = null
    },
    refuse(refusing: boolean) {
      isRefusing = refusing
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const test = base.extend<{ slices: Awaited<ReturnType<typeof startSlices>> }>({
  slices: async ({}, use) => {
    const slices = await startSlices()
    await use(slices)
    slices.close()
  },
})

const ledger = { namespace: 'drill', name: 'ledger', port: 80 }
const polled = (value: () => unknown) => expect.poll(value, { intervals: [5] })

test('without a mesh, clients reach a service by a NodePort that follows its endpoints', async ({ slices }) => {
  const { lab, copied } = slices
  const mesh = await none().attach(lab)
  const { route, end } = await mesh.expose(ledger)
  expect(route).toEqual({
    url: 'http://noop.invalid:31000',
    inside: 'http://10.96.0.9:80',
    host: 'direct.drill-port',
  })
  expect(await copied()).toEqual(['10.0.0.1'])
  await slices.watched()
  slices.say('MODIFIED', slice('10.0.0.2'))
  await polled(copied).toEqual(['10.0.0.2'])
  slices.say('DELETED', slice('10.0.0.2'))
  await polled(copied).toEqual([])
  await end()
  expect(await lab.kube.get({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill-port' } })).toBeNull()
  await end()
})

test('without a mesh, exposing a service changes nothing in its namespace', async ({ slices }) => {
  const applied: KubeObject[] = []
  const { lab } = slices
  const apply: Lab['kube']['apply'] = async (objects, options) => {
    applied.push(...objects)
    await lab.kube.apply(objects, options)
  }
  const mesh = await none().attach({ ...lab, kube: { ...lab.kube, apply } })
  await (await mesh.expose(ledger)).end()
  expect(applied.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}`)).toEqual([
    'Service drill-port',
    'EndpointSlice drill-port',
  ])
})

test('a change of endpoints while no watch is open is seen by the next list', async ({ slices }) => {
  const { end } = await (await none().attach(slices.lab)).expose(ledger)
  await slices.watched()
  slices.endWatch([slice('10.0.0.3')])
  await polled(slices.copied).toEqual(['10.0.0.3'])
  await slices.watched()
  slices.endWatch([])
  await polled(slices.copied).toEqual([])
  await end()
})

test('the drill ends with an error if the endpoints could not be watched for more than a second', async ({
  slices,
}) => {
  const { end } = await (await none().attach(slices.lab)).expose(ledger)
  await slices.watched()
  slices.refuse(true)
  slices.endWatch([slice('10.0.0.3')])
  await new Promise((resolve) => setTimeout(resolve, 1200))
  slices.refuse(false)
  await polled(slices.copied).toEqual(['10.0.0.3'])
  await expect(end()).rejects.toThrow(
    /^clients may have reached a wrong address: the endpoints of Service "ledger" in namespace "drill" could not be watched for more than 1 s: /,
  )
})

test('the time after the end of a route does not count as missed changes', async ({ slices }) => {
  const { lab } = slices
  const remove: Lab['kube']['delete'] = async (reference) => {
    await new Promise((resolve) => setTimeout(resolve, 1200))
    await lab.kube.delete(reference)
  }
  const { end } = await (await none().attach({ ...lab, kube: { ...lab.kube, delete: remove } })).expose(ledger)
  await slices.watched()
  await end()
})

test('a failed copy of endpoints restarts the watch and is reported', async ({ slices }) => {
  const seen: number[] = []
  let isFailing = false
  const watch = await watchEndpoints(slices.lab.kube, ledger, (list) => {
    if (isFailing) return Promise.reject(new Error('the copy was refused'))
    seen.push(list.length)
    return Promise.resolve()
  })
  await slices.watched()
  isFailing = true
  slices.say('MODIFIED', slice('10.0.0.2'))
  await polled(watch.gapReason).toMatch(/for more than 1 s: the copy was refused$/)
  isFailing = false
  await polled(() => seen.length).toBe(2)
  await watch.stop()
})

test('exposing a port that the Service lacks is an error with the names of both', async ({ slices }) => {
  const mesh = await none().attach(slices.lab)
  await expect(mesh.expose({ ...ledger, port: 81 })).rejects.toThrow(
    'Service "ledger" in namespace "drill" has no port 81',
  )
})

test('endpoints of several slices are copied if their port and address type match', () => {
  const port = { number: 80, name: 'http', addressType: 'IPv4' }
  const copy = copySlices(
    'drill-port',
    [
      slice('10.0.0.1'),
      slice('10.0.0.2'),
      slice('fd00::1', { addressType: 'IPv6' }),
      slice('10.0.0.3', { ports: [{ name: 'metrics', port: 9090 }] }),
      slice('10.0.0.4', { ports: [{ name: 'http', port: 8081 }] }),
      slice('', { endpoints: null }),
    ],
    port,
  )
  expect(copy).toMatchObject({
    addressType: 'IPv4',
    endpoints: [
      { addresses: ['10.0.0.1'], conditions: { ready: true } },
      { addresses: ['10.0.0.2'], conditions: { ready: true } },
    ],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  })
  expect(copySlices('drill-port', [], port)).toMatchObject({ addressType: 'IPv4', endpoints: [], ports: [] })
})

test('mesh "none" is refused if this machine reaches only one NodePort of the cluster', async ({ slices }) => {
  const { lab } = slices
  expect(await none().requires(lab)).toEqual([])
  const mapped = { ...lab, cluster: { ...lab.cluster, mapped: { nodePort: 30_080, port: 40_000 } } }
  expect(await none().requires(mapped)).toEqual([expect.stringMatching(/only one NodePort.*Next: /)])
})
