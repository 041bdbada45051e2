import { expect, test } from '@playwright/test'
import { listAddresses, normalise } from '../../../../lib/components/istio/state.ts'

const TYPE = 'type.googleapis.com/envoy.admin.v3.'
const route = (cluster: string) => ({
  route_config: { virtual_hosts: [{ name: 'backend', domains: ['*'], routes: [{ route: { cluster } }] }] },
  last_updated: '2026-11-21T02:00:00Z',
})
const cluster = (name: string, address: string, version: string) => ({
  version_info: version,
  cluster: { name, load_assignment: { endpoints: [{ address }] } },
})
const dump = (clusters: ReturnType<typeof cluster>[], routes: ReturnType<typeof route>[]) => [
  { '@type': `${TYPE}ClustersConfigDump`, dynamic_active_clusters: clusters },
  { '@type': `${TYPE}RoutesConfigDump`, dynamic_route_configs: routes },
]
const names = new Map([
  ['10.96.0.7', 'service/drill/ledger'],
  ['10.96.0.9', 'service/drill/ledger'],
])

test('a configuration with unnamed routes in another order is equal', () => {
  const before = normalise(dump([], [route('agent'), route('prometheus_stats')]), names)
  expect(normalise(dump([], [route('prometheus_stats'), route('agent')]), names)).toEqual(before)
  expect(normalise(dump([], [route('prometheus_stats'), route('other')]), names)).not.toEqual(before)
  expect(normalise(dump([], [route('prometheus_stats')]), names)).not.toEqual(before)
})

test('a configuration with new versions and a new address of the same Service is equal', () => {
  const before = normalise(dump([cluster('outbound|80||ledger', '10.96.0.7', 'a/1')], []), names)
  expect(normalise(dump([cluster('outbound|80||ledger', '10.96.0.9', 'b/2')], []), names)).toEqual(before)
  expect(normalise(dump([cluster('outbound|80||ledger', '10.96.0.8', 'a/1')], []), names)).not.toEqual(before)
})

test('a configuration has an entry for each resource name', () => {
  const sections = Object.keys(
    normalise(dump([cluster('outbound|80||ledger', '10.96.0.7', 'a/1')], [route('agent')]), names),
  )
  expect(sections).toEqual(['clusters/dynamic_active_clusters/outbound|80||ledger', 'routes/dynamic_route_configs/?'])
})

test('a configuration with a listener that still drains its former state is equal', () => {
  const active_state = { listener: { name: 'virtualInbound', filters: ['a'] } }
  const listeners = (listener: object) => [{ '@type': `${TYPE}ListenersConfigDump`, dynamic_listeners: [listener] }]
  const before = normalise(listeners({ name: 'virtualInbound', active_state }) as never, names)
  const draining_state = { listener: { name: 'virtualInbound', filters: ['b'] } }
  expect(normalise(listeners({ name: 'virtualInbound', active_state, draining_state }) as never, names)).toEqual(before)
  const changed = listeners({ name: 'virtualInbound', active_state: draining_state })
  expect(normalise(changed as never, names)).not.toEqual(before)
})

test('addresses of pods are listed once each, without loopback and unspecified addresses', () => {
  const clusters = ['10.244.1.7:8080', '127.0.0.6', '0.0.0.0'].map((address) => cluster('inbound', address, 'a'))
  expect(listAddresses([dump(clusters, []), dump(clusters, []), dump([], [])])).toEqual(['10.244.1.7'])
  expect(listAddresses([dump([], [])])).toEqual([])
})
