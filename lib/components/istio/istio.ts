import type { Values } from '../../lab/artifacts.ts'
import type { Cluster } from '../../lab/cluster.ts'
import { podsReady, readManifest } from '../../kube/client.ts'
import { FAULTS_ALLOWED } from '../chaos-mesh/chaos-mesh.ts'
import type { Address } from '../../system/connect.ts'
import { canConnect, urlHost } from '../../system/connect.ts'
import { installChart } from '../../lab/charts.ts'
import { ensureNamespace } from '../../lab/namespaces.ts'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { readMeshState } from './state.ts'
import type { ExposedService, InstalledMesh, Mesh } from '../mesh.ts'
import { CONTROL, INGRESS, istioTraits } from './traits.ts'

const GATEWAY_LABELS = { istio: 'ingress' }

/** Istio from its own Helm charts: sidecars, STRICT mutual TLS in the whole mesh, an ingress gateway on a NodePort. */
export function istio(): Mesh {
  return {
    ...istioTraits,
    requires: () => Promise.resolve([]),
    async install(lab) {
      await lab.cluster.loadImages(['istio/pilot', 'istio/proxyv2'].map((name) => lab.artifacts.image(name)))
      // A control plane that was there before us is its owner's: it gets a gateway, and its settings stay.
      const control = lab.cluster.preinstalled?.includes('istio') !== true
      if (control) await installControlPlane(lab)
      await installGateway(lab)
      const objects = await readManifest(new URL('istio.yaml', import.meta.url))
      await lab.kube.apply(objects.filter(({ metadata }) => control || metadata.namespace !== CONTROL))
      await podsReady(lab.kube, INGRESS, GATEWAY_LABELS, { timeout: '120s' })
      return attachIstio(lab)
    },
    attach: attachIstio,
  }
}

async function installControlPlane(lab: Lab): Promise<void> {
  // Faults aim at the control plane too: Chaos Mesh reaches annotated namespaces only.
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
      // Each request of the probes and of the load leaves a line: that the log resumes after a restore is asserted.
      meshConfig: {
        accessLogFile: '/dev/stdout',
        // Off by default, for the memory they take; that the counters resume is asserted too.
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

/** Those of the chart, each at a NodePort that is drawn, where any is reached. */
function gatewayPorts({ mapped }: Cluster): Values {
  if (mapped === undefined) return {}
  const health = { name: 'status-port', port: 15021, protocol: 'TCP', targetPort: 15021 }
  return { ports: [health, { name: 'http2', port: 80, protocol: 'TCP', targetPort: 80, nodePort: mapped.nodePort }] }
}

async function attachIstio(lab: Lab): Promise<InstalledMesh> {
  const service = await lab.kube.core.readNamespacedService({ name: 'istio-ingress', namespace: INGRESS })
  const { nodePort, port } = service.spec?.ports?.find(({ name }) => name === 'http2') ?? {}
  const inside = `http://${urlHost(service.spec?.clusterIP ?? '')}:${port ?? ''}`
  if (nodePort === undefined)
    throw new Error(`Service "istio-ingress" in namespace "${INGRESS}" has no NodePort for http2`)
  const address = { host: lab.cluster.nodeAddress(), port: hereOf(lab.cluster, nodePort) }
  await gatewayReached(address)
  return {
    ...istioTraits,
    version: lab.artifacts.component('istio').version,
    namespaces: [CONTROL, INGRESS],
    async expose(target) {
      const host = `${target.name}.${target.namespace}.drill`
      await lab.kube.apply(routeObjects(target, host))
      const route = { url: `http://${urlHost(address.host)}:${address.port}`, inside, host }
      // The routes go with the namespace of the service.
      return { route, end: () => Promise.resolve() }
    },
    state: (namespace) => readMeshState(lab, namespace),
  }
}

/** The port by which this machine reaches a NodePort. */
function hereOf({ mapped }: Cluster, nodePort: number): number {
  if (mapped === undefined) return nodePort
  if (mapped.nodePort === nodePort) return mapped.port
  throw new Error(
    `Service "istio-ingress" has NodePort ${nodePort}, and only ${mapped.nodePort} is mapped to this machine`,
  )
}

/** Of a cluster elsewhere a firewall may keep the nodes' ports from this machine: that is to be known before the drills. */
const gatewayReached = ({ host, port }: Address): Promise<true> =>
  waitFor(
    `the ingress gateway at ${host}:${port} answering this machine`,
    async () => ((await canConnect({ host, port })) ? true : pending('no connection')),
    {
      timeout: '30s',
      every: '100ms',
      hint: `kubectl -n ${INGRESS} get pods,services; MESHDRILL_NODE_ADDRESS names another address`,
    },
  )

/** They live beside the service, so that a namespace that is lost takes them along and the backup must bring them back. */
function routeObjects(target: ExposedService, host: string): KubeObject[] {
  const { namespace, name, port } = target
  const metadata = { name, namespace }
  const destination = `${name}.${namespace}.svc.cluster.local`
  const ingress = `cluster.local/ns/${INGRESS}/sa/istio-ingress`
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
      spec: { action: 'ALLOW', rules: [{ from: [{ source: { principals: [ingress] } }] }] },
    },
  ]
}
