import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import type { Exposure } from '../../../lib/components/mesh.ts'
import { loadMesh, type MeshName } from '../../../lib/components/meshes.ts'
import type { KubeObject } from '../../../lib/kube/object.ts'
import type { Lab } from '../../../lib/lab/lab.ts'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import { startExecServer } from '../stand-ins/exec-server.ts'

const DENIED = { header: { name: 'x-meshdrill-denied', value: 'yes' }, status: 403 }

/** Exposes a service on a mesh whose gateway listens here. Returns what the mesh wrote: objects, and entries by its own API. */
async function exposeOn(name: MeshName) {
  const gateway = createServer().listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const { port: nodePort } = gateway.address() as AddressInfo
  const entries: string[] = []
  const commands = await startExecServer((command) => {
    if (command.includes('GET')) return { stdout: '[]' }
    entries.push(command.at(-1) ?? '')
    return { stdout: 'true' }
  })
  const objects: KubeObject[] = []
  const lab = noopLab()
  const ports = ['http', 'http2'].map((port) => ({ name: port, nodePort, port: 80 }))
  const kube = {
    ...lab.kube,
    config: commands.config,
    core: { readNamespacedService: () => Promise.resolve({ spec: { ports, selector: { app: 'ledger' } } }) },
    apply(applied: KubeObject[]) {
      objects.push(...applied)
      return Promise.resolve()
    },
  } as unknown as Lab['kube']
  const cluster = { ...lab.cluster, nodeAddress: () => '127.0.0.1' }
  try {
    const mesh = await (await loadMesh(name)).attach({ ...lab, kube, cluster })
    const exposure: Exposure = await mesh.expose({ namespace: 'drill', name: 'ledger', port: 80 })
    return { exposure, objects, entries: entries.map((text): unknown => JSON.parse(text)) }
  } finally {
    await commands.close()
    gateway.close()
  }
}

test('Istio’s policy of a service allows the gateway every call but one with the header of the denied call', async () => {
  const { exposure, objects } = await exposeOn('istio')
  expect(exposure.denied).toEqual(DENIED)
  expect(objects.find(({ kind }) => kind === 'AuthorizationPolicy')).toMatchObject({
    metadata: { name: 'ledger', namespace: 'drill' },
    spec: {
      action: 'ALLOW',
      rules: [
        {
          from: [{ source: { principals: ['cluster.local/ns/istio-ingress/sa/istio-ingress'] } }],
          when: [{ key: 'request.headers[x-meshdrill-denied]', notValues: ['*'] }],
        },
      ],
    },
  })
})

test('Consul’s intention of a service denies the gateway a call with the header of the denied call, before it allows others', async () => {
  const { exposure, entries } = await exposeOn('consul')
  expect(exposure.denied).toEqual(DENIED)
  expect(entries).toContainEqual({
    ...{ Kind: 'service-intentions', Name: 'ledger-drill' },
    Sources: [
      {
        Name: 'ingress-gateway',
        Permissions: [
          { Action: 'deny', HTTP: { Header: [{ Name: 'x-meshdrill-denied', Present: true }] } },
          { Action: 'allow', HTTP: { PathPrefix: '/' } },
        ],
      },
    ],
  })
})
