import { expect, test } from '@playwright/test'
import { countRequests, readMeshState } from '../../../../lib/components/linkerd/state.ts'
import type { MeshState } from '../../../../lib/record/facts.ts'
import { inFolder } from '../../in-folder.ts'
import { makeAuthority, makeCertificate } from '../../stand-ins/certificates.ts'
import { serveLab, type ServedLab } from '../../stand-ins/licensed/lab.ts'
import { startLinkerdProxy, type LinkerdProxy } from '../../stand-ins/linkerd-proxy.ts'

const IDENTITY = 'ledger.drill.serviceaccount.identity.linkerd.cluster.local'
const METRICS = `process_start_time_seconds 1
request_total{direction="inbound",tls="true"} 40
request_total{direction="inbound",tls="no_identity"} 2
request_total{direction="outbound"} 500
`
const LOG = [
  '[ 0.1s]  INFO ThreadId(01) linkerd2_proxy: release',
  '10.0.0.7:4 ledger.drill - [2026-11-21T02:00:00Z] "PUT /records/1 HTTP/2.0" 201 - "-" "k6" 1 2',
  '10.0.0.7:4 ledger.drill - [2026-11-21T02:00:01Z] "GET /records/1 HTTP/2.0" 200 7 "-" "k6" 1 2',
].join('\n')

const env = [
  { name: '_l5d_ns', value: 'linkerd' },
  { name: '_l5d_trustdomain', value: 'cluster.local' },
]
const proxy = { name: 'linkerd-proxy', image: 'proxy', env }
const podOf = (spec: object): object => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'ledger-0', namespace: 'drill', uid: 'u' } },
  spec: { serviceAccountName: 'ledger', containers: [{ name: 'ledger' }], ...spec },
  status: { phase: 'Running', initContainerStatuses: [{ name: 'linkerd-proxy', containerID: 'containerd://1' }] },
})

interface Bench extends ServedLab {
  far: LinkerdProxy
  read: () => Promise<MeshState>
}

const onBench = (pod: object | null, use: (bench: Bench) => Promise<void>, metrics = METRICS): Promise<void> =>
  inFolder(async (folder) => {
    const served = await serveLab(folder)
    const { lab, server } = served
    await lab.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill' } })
    if (pod !== null) server.put('/api/v1/namespaces/drill/pods/ledger-0', pod as never)
    const issuer = makeAuthority(folder, 'identity.linkerd.cluster.local')
    const far = await startLinkerdProxy({
      metrics,
      certificate: makeCertificate(folder, 'proxy', issuer, { names: `DNS:${IDENTITY}` }),
    })
    // The stand-in for an API server has no logs.
    const core = Object.assign(Object.create(lab.kube.core) as typeof lab.kube.core, {
      readNamespacedPodLog: () => Promise.resolve(LOG),
    })
    try {
      await use({
        ...served,
        far,
        read: () => readMeshState({ ...lab, kube: { ...lab.kube, core } }, 'drill', far.open),
      })
    } finally {
      await far.close()
      await server.close()
    }
  })

test('the state of Linkerd’s proxies has the certificate they show, the policies, and what they counted', () =>
  onBench(podOf({ initContainers: [proxy] }), async ({ read, lab, far }) => {
    const metadata = { name: 'ledger', namespace: 'drill' }
    const server = { apiVersion: 'policy.linkerd.io/v1beta3', kind: 'Server', metadata }
    await lab.kube.create({ ...server, spec: { port: 8080, podSelector: {} } })
    const before = await read()
    expect(before).toMatchObject({
      ...{ error: null, configuration: {}, requests: 42, accessLogLines: 2, proxies: ['containerd://1'] },
      identities: [`DNS:${IDENTITY}, issued by CN=identity.linkerd.cluster.local`],
    })
    expect(far.askedNames).toEqual([IDENTITY])
    expect(Object.keys(before.policies)).toEqual(['servers/ledger'])
    await lab.kube.delete(server)
    await lab.kube.create({ ...server, spec: { podSelector: {}, port: 8080 } })
    expect((await read()).policies).toEqual(before.policies)
    await lab.kube.delete(server)
    await lab.kube.create({ ...server, spec: { podSelector: {}, port: 9090 } })
    expect((await read()).policies).not.toEqual(before.policies)
  }))

test('a proxy of Linkerd that is a normal container is read like a native sidecar', () =>
  onBench(podOf({ containers: [{ name: 'ledger' }, proxy] }), async ({ read }) => {
    expect((await read()).error).toBeNull()
  }))

test('a pod that came back without Linkerd’s proxy has no state, and the error says so', () =>
  onBench(podOf({}), async ({ read }) => {
    expect(await read()).toMatchObject({ error: 'no pod with a proxy in namespace "drill"', requests: null })
  }))

test('a proxy of Linkerd without metrics is an error that names the pod’s namespace, and not zero requests', () =>
  onBench(
    podOf({ initContainers: [proxy] }),
    async ({ read }) => {
      expect((await read()).error).toBe('the proxy has no metrics of Linkerd')
      expect(countRequests('process_start_time_seconds 1\n')).toBe(0)
    },
    'other_metric 1\n',
  ))

test('a proxy of Linkerd that cannot be reached is an error with the pod and the next command', () =>
  onBench(podOf({ initContainers: [proxy] }), async ({ far, read }) => {
    await far.close()
    expect((await read()).error).toMatch(
      /^the proxy of pod "ledger-0" in namespace "drill" did not show its certificate on port 4191: .*\. Next: kubectl -n drill port-forward ledger-0 4191$/,
    )
  }))

test('a port that the API server does not forward is an error with the pod', () =>
  inFolder(async (folder) => {
    const { lab, server } = await serveLab(folder)
    try {
      const { forwardPort } = await import('../../../../lib/kube/port-forward.ts')
      await expect(forwardPort(lab.kube, { namespace: 'drill', pod: 'ledger-0' }, 4191)).rejects.toThrow(
        /^port 4191 of pod "ledger-0" in namespace "drill": /,
      )
    } finally {
      await server.close()
    }
  }))
