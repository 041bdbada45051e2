import { expect, test } from '@playwright/test'
import { identitiesOf, listAddresses, normalise, sumOf } from '../../../../lib/components/support/envoy-config.ts'

/** Of a service "shop", by a CA that was made for this test. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBjTCCATSgAwIBAgIUb7eqUcRIQoO1Z4t1FLttUJqTZUkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbWVzaCByb290MCAXDTI2MTEyOTE2MTA0NFoYDzIxMjYxMTA1
MTYxMDQ0WjAAMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEadBKwts5MiW++Wle
QdFoU/RQaBWs+++QOPuh3gAu3YtWy/0ckzPy+nQ8jFCMrMB/B9q6+PoUVS/ux2cy
tDbgIKN2MHQwMgYDVR0RBCswKYYnc3BpZmZlOi8vbWVzaC5kcmlsbC9ucy9kZWZh
dWx0L3N2Yy9zaG9wMB0GA1UdDgQWBBRWBkiJS8/Gyc51Bmd4YYyW4L96bTAfBgNV
HSMEGDAWgBRYscN5wk5uD7P6OMmD5MXn9Ln4czAKBggqhkjOPQQDAgNHADBEAiAQ
yF4n100GksQvNmkzt+UF2kN46DI2UnBxHJkW11mIFwIgVVtbhNjLyPoX84ocmFoq
+/Ovwvzl1sjHALKrAtIQGRc=
-----END CERTIFICATE-----
`

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

test('keys that a mesh calls volatile do not count, and others do', () => {
  const withKey = (key: string, value: string) => [
    { '@type': `${TYPE}ClustersConfigDump`, dynamic_active_clusters: [{ cluster: { name: 'shop', [key]: value } }] },
  ]
  const hashes = (key: string, value: string) => normalise(withKey(key, value), names, ['trusted_ca'])
  expect(hashes('trusted_ca', 'new')).toEqual(hashes('trusted_ca', 'old'))
  expect(hashes('alpn', 'new')).not.toEqual(hashes('alpn', 'old'))
})

test('requests are summed over the series with the label, and a metric without such a series is an error', () => {
  const stats = [
    'envoy_http_downstream_rq_total{prefix="public_listener"} 7',
    'envoy_http_downstream_rq_total{prefix="exposed_path"} 90',
    'envoy_http_downstream_rq_total{prefix="public_listener",zone="b"} 5',
    'envoy_http_downstream_rq_total_other{prefix="public_listener"} 400',
  ].join('\n')
  expect(sumOf(stats, 'envoy_http_downstream_rq_total', '"public_listener"')).toBe(12)
  expect(sumOf(stats, 'envoy_http_downstream_rq_total', '')).toBe(102)
  expect(() => sumOf(stats, 'envoy_http_downstream_rq_total', '"gateway"')).toThrow(/no metric/)
})

test('an identity is read from a certificate in base64 and from one in plain text', () => {
  const chain = (certificate_chain: object) => [{ '@type': `${TYPE}SecretsConfigDump`, certificate_chain }] as never
  const expected = ['URI:spiffe://mesh.drill/ns/default/svc/shop, issued by CN=mesh root']
  expect(identitiesOf(chain({ inline_string: CERTIFICATE }))).toEqual(expected)
  expect(identitiesOf(chain({ inline_bytes: Buffer.from(CERTIFICATE).toString('base64') }))).toEqual(expected)
  expect(identitiesOf(chain({ filename: '/etc/certificate.pem' }))).toEqual([])
})
