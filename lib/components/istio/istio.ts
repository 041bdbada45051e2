import type { Values } from '../../lab/artifacts.ts'
import type { Cluster } from '../../lab/cluster.ts'
import { podsReady, readManifest } from '../../kube/client.ts'
import { FAULTS_ALLOWED } from '../chaos-mesh/chaos-mesh.ts'
import { installChart } from '../../lab/charts.ts'
import { ensureNamespace } from '../../lab/namespaces.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { DENIED_CALL } from '../support/denied-call.ts'
import { findGateway } from '../support/gateway.ts'
import { readEnvoys } from '../support/envoy.ts'
import { proxies } from './state.ts'
import type { ExposedService, InstalledMesh, Mesh } from '../mesh.ts'
import { CONTROL, INGRESS, istioTraits } from './traits.ts'

const GATEWAY_LABELS = { istio: 'ingress' }

/** Istio from its Helm charts: sidecars, STRICT mutual TLS in the whole mesh, and an ingress gateway on a NodePort. */
export function istio(): Mesh {
  return {
    ...istioTraits,
    requires: () => Promise.resolve([]),
    async install(lab) {
      await lab.cluster.loadImages(['istio/pilot', 'istio/proxyv2'].map((name) => lab.artifacts.image(name)))
      // A user's control plane keeps its settings. It only gets the gateway.
      const installsControl = lab.cluster.preinstalled?.includes('istio') !== true
      if (installsControl) await installControlPlane(lab)
      await installGateway(lab)
      const objects = await readManifest(new URL('istio.yaml', import.meta.url))
      await lab.kube.apply(objects.filter(({ metadata }) => installsControl || metadata.namespace !== CONTROL))
      await podsReady(lab.kube, INGRESS, GATEWAY_LABELS, { timeout: '120s' })
      return attachIstio(lab)
    },
    attach: attachIstio,
  }
}

async function installControlPlane(lab: Lab): Promise<void> {
  // Some faults target the control plane, and Chaos Mesh only injects faults into annotated namespaces.
  await ensureNamespace(lab, CONTROL, { podSecurity: 'baseline', annotations: FAULTS_ALLOWED })
  const place = { namespace: CONTROL, podSecurity: 'baseline' } as const
  await installChart(lab, { ...place, name: 'istio-base', chart: 'istio/base', definitions: 'istio.io' })
  await installChart(lab, {
    ...place,
    name: 'istiod',
    chart: 'istio/istiod',
    values: {
      autoscaleEnabled: false,
      nodeSelector: lab.cluster.systemNodes,
      resources: { requests: { cpu: '50m', memory: '128Mi' } },
      // The verdict checks that the access log resumes after a restore.
      meshConfig: {
        accessLogFile: '/dev/stdout',
        // The verdict also checks that these counters resume. They are off by default to save memory.
        defaultConfig: { proxyStatsMatcher: { inclusionRegexps: ['.*downstream_rq_total.*'] } },
      },
      global: { proxy: { resources: { requests: { cpu: '10m', memory: '64Mi' } } } },
    },
  })
  await podsReady(lab.kube, CONTROL, { app: 'istiod' }, { timeout: '120s' })
}

async function installGateway(lab: Lab): Promise<void> {
  await installChart(lab, {
    name: 'istio-ingress',
    namespace: INGRESS,
    podSecurity: 'baseline',
    chart: 'istio/gateway',
    values: {
      autoscaling: { enabled: false },
      nodeSelector: lab.cluster.systemNodes,
      service: { type: 'NodePort', ...gatewayPorts(lab.cluster) },
      resources: { requests: { cpu: '50m', memory: '64Mi' } },
    },
  })
}

/** The gateway's ports: by default those of the chart with random NodePorts, otherwise with the one reachable NodePort. */
function gatewayPorts({ mapped }: Cluster): Values {
  if (mapped === undefined) return {}
  const health = { name: 'status-port', port: 15021, protocol: 'TCP', targetPort: 15021 }
  return { ports: [health, { name: 'http2', port: 80, protocol: 'TCP', targetPort: 80, nodePort: mapped.nodePort }] }
}

async function attachIstio(lab: Lab): Promise<InstalledMesh> {
  const routeTo = await findGateway(lab, { namespace: INGRESS, name: 'istio-ingress', port: 'http2' })
  return {
    ...istioTraits,
    version: lab.artifacts.component('istio').version,
    namespaces: [CONTROL, INGRESS],
    async expose(target) {
      const host = `${target.name}.${target.namespace}.drill`
      await lab.kube.apply(routeObjects(target, host))
      // The routes are in the service's namespace and are removed with it.
      return { route: routeTo(host), denied: DENIED_CALL, end: () => Promise.resolve() }
    },
    state: (namespace) => readEnvoys(lab, namespace, proxies),
  }
}

/** The routes are in the service's namespace, so they are lost with it and the backup must restore them. */
function routeObjects(target: ExposedService, host: string): KubeObject[] {
  const { namespace, name, port } = target
  const metadata = { name, namespace }
  const destination = `${name}.${namespace}.svc.cluster.local`
  const ingress = `cluster.local/ns/${INGRESS}/sa/istio-ingress`
  const withoutHeader = { key: `request.headers[${DENIED_CALL.header.name}]`, notValues: ['*'] }
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata,
      spec: {
        hosts: [host],
        gateways: [`${INGRESS}/drills`],
        http: [{ route: [{ destination: { host: destination, port: { number: port } } }] }],
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata,
      spec: { host: destination, trafficPolicy: { connectionPool: { tcp: { connectTimeout: '1s' } } } },
    },
    {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata,
      spec: { action: 'ALLOW', rules: [{ from: [{ source: { principals: [ingress] } }], when: [withoutHeader] }] },
    },
  ]
}
