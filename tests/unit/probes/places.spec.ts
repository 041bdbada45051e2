import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import { KubeConfig } from '@kubernetes/client-node'
import { watchPlaces } from '../../../lib/probes/places.ts'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'

const pod = (name: string, node: string | null, namespace = 'drill') => ({
  type: 'ADDED',
  object: { metadata: { name, namespace }, spec: node === null ? {} : { nodeName: node } },
})

/** An API server that only offers watches on pods. It refuses the first `refuse` of them. */
async function startWatched({ refuse = 0 } = {}) {
  const open = new Map<string, ServerResponse>()
  const asked: URL[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://server')
    asked.push(url)
    if (asked.length <= refuse) return void response.writeHead(403).end()
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    open.set(url.pathname.split('/')[4] ?? '', response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const config = new KubeConfig()
  config.loadFromClusterAndUser(
    { name: 'c', skipTLSVerify: true, server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    { name: 'u' },
  )
  return {
    kube: { ...noopLab().kube, config },
    asked,
    opened: (namespace: string) => expect.poll(() => open.has(namespace), { intervals: [5] }).toBe(true),
    say: (namespace: string, event: unknown) => open.get(namespace)?.write(`${JSON.stringify(event)}\n`),
    end(namespace: string) {
      open.get(namespace)?.end()
      open.delete(namespace)
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const groups = [
  { namespace: 'drill', prefix: '' },
  { namespace: 'tool', prefix: 'mover-' },
]

test('the places include the node of each pod of the groups, and never lose one', async () => {
  const server = await startWatched()
  const places = watchPlaces(server.kube, groups)
  const known = () => [...places.nodes].sort()
  try {
    await Promise.all(groups.map(({ namespace }) => server.opened(namespace)))
    server.say('drill', pod('ledger', null))
    server.say('tool', pod('other-1', 'far', 'tool'))
    server.say('tool', pod('mover-1', 'two', 'tool'))
    await expect.poll(known, { intervals: [5] }).toEqual(['two'])
    server.say('drill', { ...pod('ledger', 'one'), type: 'MODIFIED' })
    server.say('tool', { ...pod('mover-1', 'two', 'tool'), type: 'DELETED' })
    await expect.poll(known, { intervals: [5] }).toEqual(['one', 'two'])
    expect(places.blindness()).toBe(null)
  } finally {
    await places.stop()
    server.close()
  }
})

test('there is one watch for each namespace, without pods of DaemonSets', async () => {
  const server = await startWatched()
  const places = watchPlaces(server.kube, [...groups, { namespace: 'drill', prefix: 'again' }])
  try {
    await Promise.all(groups.map(({ namespace }) => server.opened(namespace)))
    expect(server.asked.map(({ pathname }) => pathname).sort()).toEqual([
      '/api/v1/namespaces/drill/pods',
      '/api/v1/namespaces/tool/pods',
    ])
    for (const { searchParams } of server.asked) {
      expect(searchParams.get('watch')).toBe('true')
      expect(searchParams.get('labelSelector')).toBe('!pod-template-generation')
    }
  } finally {
    await places.stop()
    server.close()
  }
})

test('an ended watch restarts, and a refused watch is reported until it succeeds', async () => {
  const server = await startWatched({ refuse: 1 })
  const places = watchPlaces(server.kube, groups.slice(0, 1))
  try {
    expect(places.blindness()).toMatch(/namespace "drill" are not seen/)
    await expect.poll(places.blindness, { intervals: [5] }).toMatch(/Forbidden/)
    await server.opened('drill')
    await expect.poll(places.blindness, { intervals: [5] }).toBe(null)
    server.end('drill')
    await server.opened('drill')
    server.say('drill', pod('ledger', 'one'))
    await expect.poll(() => [...places.nodes], { intervals: [5] }).toEqual(['one'])
    expect(places.blindness()).toBe(null)
  } finally {
    await places.stop()
    server.close()
  }
})
