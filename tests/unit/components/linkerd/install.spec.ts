import { expect, test } from '@playwright/test'
import { parse } from 'yaml'
import { builtArtifacts } from '../../../../lib/clusters/embedded/artifacts.ts'
import { linkerd } from '../../../../lib/components/linkerd/linkerd.ts'
import type { KubeObject } from '../../../../lib/kube/object.ts'
import type { Lab } from '../../../../lib/lab/lab.ts'
import { inFolder } from '../../in-folder.ts'
import { standInHelm, type HelmStandIn } from '../../stand-ins/licensed/helm.ts'
import { serveLab, type ServedLab } from '../../stand-ins/licensed/lab.ts'

/** A stand-in for a cluster whose pods are Ready at once, with a stand-in for helm. Linkerd itself does not run. */
const onBench = (
  options: { missing?: string },
  use: (bench: ServedLab & { helm: HelmStandIn }) => Promise<void>,
): Promise<void> =>
  inFolder(async (folder) => {
    const { lab, server } = await serveLab(folder)
    const helm = standInHelm(folder, options)
    const put = (path: string, object: object): void => {
      server.put(path, object as never)
    }
    for (const [app, namespace] of Object.entries({
      linkerd: 'linkerd',
      'linkerd-gateway': 'linkerd-gateway',
      'linkerd-outsider': 'linkerd-gateway',
    }))
      put(`/api/v1/namespaces/${namespace}/pods/${app}`, {
        ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: app, namespace, labels: { app } } },
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      })
    const dns = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'kube-dns', namespace: 'kube-system' } }
    put('/api/v1/namespaces/kube-system/services/kube-dns', { ...dns, spec: { clusterIP: '10.96.0.10' } })
    // The gateway is reached where the stand-in listens.
    const mapped = { nodePort: 30080, port: Number(new URL(server.url).port) }
    const cluster = { ...lab.cluster, mapped, nodeAddress: () => '127.0.0.1' }
    try {
      await use({ lab: { ...lab, cluster, artifacts: helm.artifacts }, server, helm })
    } finally {
      await server.close()
    }
  })

const definition = (name: string): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name },
})
const putGatewayApi = ({ server }: Pick<ServedLab, 'server'>): void => {
  const name = 'httproutes.gateway.networking.k8s.io'
  const spec = { group: 'gateway.networking.k8s.io' }
  server.put(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`, { ...definition(name), spec })
}

test('Linkerd is installed by its charts with certificates of this lab, and its gateway alone may reach a service', () =>
  onBench({}, async ({ lab, helm }) => {
    const installed = await linkerd().install(lab)
    expect(helm.calls().map((line) => line.split(' --repo ')[0])).toEqual([
      ...['show chart linkerd-crds', 'show chart linkerd-control-plane'],
      ...[
        'upgrade --install linkerd-crds linkerd-crds',
        'upgrade --install linkerd-control-plane linkerd-control-plane',
      ],
    ])
    expect(parse(helm.values('linkerd-crds'))).toEqual({ installGatewayAPI: true })
    const values = parse(helm.values('linkerd-control-plane')) as { identityTrustAnchorsPEM: string; identity: object }
    expect(values).toMatchObject({
      disableHeartBeat: true,
      identityTrustAnchorsPEM: expect.stringContaining('BEGIN CERTIFICATE'),
      identity: { issuer: { tls: { keyPEM: expect.stringContaining('BEGIN EC PRIVATE KEY') as unknown } } },
    })
    const inGateway = (kind: string, apiVersion = 'v1') =>
      lab.kube.get({ apiVersion, kind, metadata: { name: 'linkerd-gateway', namespace: 'linkerd-gateway' } })
    expect(await inGateway('ConfigMap')).toMatchObject({
      data: { 'nginx.conf': expect.stringContaining('resolver 10.96.0.10 valid=1s') as unknown },
    })
    expect(await inGateway('Service')).toMatchObject({ spec: { ports: [{ nodePort: 30080 }] } })

    await lab.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'drill' } })
    const place = { namespace: 'drill', name: 'ledger' }
    await lab.kube.create({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: place },
      spec: { selector: { app: 'ledger' }, ports: [{ port: 80, targetPort: 8080 }] },
    })
    const { route, denied } = await installed.expose({ ...place, port: 80 })
    expect(denied).toEqual({ header: { name: 'x-meshdrill-denied', value: 'yes' }, status: 403 })
    expect(route).toMatchObject({ host: 'ledger.drill.80.drill', url: `http://127.0.0.1:${lab.cluster.mapped?.port}` })
    const read = (kind: string, version: string) =>
      lab.kube.get({ apiVersion: `policy.linkerd.io/${version}`, kind, metadata: place })
    expect(await read('Server', 'v1beta3')).toMatchObject({
      spec: { podSelector: { matchLabels: { app: 'ledger' } }, port: 8080 },
    })
    expect(await read('MeshTLSAuthentication', 'v1alpha1')).toMatchObject({
      spec: { identityRefs: [{ kind: 'ServiceAccount', name: 'linkerd-gateway', namespace: 'linkerd-gateway' }] },
    })
    expect(await read('AuthorizationPolicy', 'v1alpha1')).toMatchObject({
      spec: { targetRef: { kind: 'Server', name: 'ledger' } },
    })
  }))

test('the call that Linkerd’s policy must deny comes from a pod without an identity, and every other call from the gateway', () =>
  onBench({}, async ({ lab }) => {
    await linkerd().install(lab)
    const read = async (name: string) => {
      const metadata = { name, namespace: 'linkerd-gateway' }
      type ConfigMap = KubeObject & { data?: Record<string, string> }
      const found = await lab.kube.get<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata })
      return found?.data?.['nginx.conf'] ?? ''
    }
    const target = (conf: string) =>
      conf
        .split('\n')
        .find((line) => line.includes('$target {'))
        ?.trim()
    expect(target(await read('linkerd-gateway'))).toBe(
      'map $http_x_meshdrill_denied $target { "" "$service.$space.svc.cluster.local:$far"; default "linkerd-outsider.linkerd-gateway.svc.cluster.local:80"; }',
    )
    // It must not send the call to itself.
    expect(target(await read('linkerd-outsider'))).toBe(
      'map $http_x_meshdrill_denied $target { default "$service.$space.svc.cluster.local:$far"; }',
    )
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment' }
    const templateOf = (name: string) =>
      lab.kube.get({ ...deployment, metadata: { name, namespace: 'linkerd-gateway' } })
    const outside = { annotations: { 'linkerd.io/inject': 'disabled' } }
    expect(await templateOf('linkerd-outsider')).toMatchObject({ spec: { template: { metadata: outside } } })
    expect(await templateOf('linkerd-gateway')).not.toMatchObject({ spec: { template: { metadata: outside } } })
  }))

test('definitions of the Gateway API that are there already are not installed again', () =>
  onBench({}, async (bench) => {
    putGatewayApi(bench)
    await linkerd().install(bench.lab)
    expect(parse(bench.helm.values('linkerd-crds'))).toEqual({ installGatewayAPI: false })
  }))

test('a user’s Linkerd keeps its control plane, and only gets the gateway', () =>
  onBench({}, async ({ lab, helm }) => {
    await linkerd().install({ ...lab, cluster: { ...lab.cluster, preinstalled: ['linkerd'] } })
    expect(helm.calls()).toEqual([])
  }))

test('a chart version of Linkerd that does not exist is an error before anything is changed', () =>
  onBench({ missing: 'chart "linkerd-crds" version "2026.9.1" not found' }, async ({ lab, server }) => {
    await expect(linkerd().install(lab)).rejects.toThrow(
      'Nothing was changed. Chart "linkerd/crds" of version "2026.9.1" cannot be had: chart "linkerd-crds"',
    )
    expect(server.changes).toEqual([])
  }))

test('the drills on Linkerd are skipped with the reason: no registry, or no Gateway API in a user’s cluster', () =>
  onBench({}, async (bench) => {
    const { lab, server } = bench
    const reasons = (over: Partial<Lab>) => linkerd().requires({ ...lab, ...over })
    const embedded = builtArtifacts({ binary: () => Promise.reject(new Error('no program is needed')) })
    expect(await reasons({ artifacts: embedded })).toEqual([
      expect.stringContaining('Linkerd comes from public registries only'),
    ])
    expect(await reasons({})).toEqual([])
    const users = { cluster: { ...lab.cluster, preinstalled: [] } }
    expect(await reasons(users)).toEqual([expect.stringMatching(/Linkerd needs .* Gateway API .* Next: install them/)])
    putGatewayApi(bench)
    expect(await reasons(users)).toEqual([])
    expect(server.changes).toEqual([])
  }))
