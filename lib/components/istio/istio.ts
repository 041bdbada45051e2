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
  const service = await lab.kube.core.readNamespacedService({ name: 'istio-ingress', namespace: INGRESS })
  const { nodePort, port } = service.spec?.ports?.find(({ name }) => name === 'http2') ?? {}
  const inside = `http://${urlHost(service.spec?.clusterIP ?? '')}:${port ?? ''}`
  if (nodePort === undefined)
    throw new Error(
      `Service "istio-ingress" in namespace "${INGRESS}" has no NodePort for port "http2". ` +
        `Next: kubectl -n ${INGRESS} get service istio-ingress -o yaml`,
    )
  const address = { host: lab.cluster.nodeAddress(), port: localPortOf(lab.cluster, nodePort) }
  await waitForGateway(address)
  return {
    ...istioTraits,
    version: lab.artifacts.component('istio').version,
    namespaces: [CONTROL, INGRESS],
    async expose(target) {
      const host = `${target.name}.${target.namespace}.drill`
      await lab.kube.apply(routeObjects(target, host))
      const route = { url: `http://${urlHost(address.host)}:${address.port}`, inside, host }
      // The routes are in the service's namespace and are removed with it.
      return { route, end: () => Promise.resolve() }
    },
    state: (namespace) => readMeshState(lab, namespace),
  }
}

/** The port on which this machine reaches a NodePort. */
function localPortOf({ mapped }: Cluster, nodePort: number): number {
  if (mapped === undefined) return nodePort
  if (mapped.nodePort === nodePort) return mapped.port
  throw new Error(
    `Service "istio-ingress" in namespace "${INGRESS}" has NodePort ${nodePort}, but this machine only reaches ` +
      `NodePort ${mapped.nodePort}. Next: kubectl -n ${INGRESS} get service istio-ingress -o yaml`,
  )
}

/** Fails before the drills if this machine cannot reach the gateway, for example because of a firewall. */
const waitForGateway = ({ host, port }: Address): Promise<true> =>
  waitFor(
    `ingress gateway at ${host}:${port} reachable from this machine`,
    async () => ((await canConnect({ host, port })) ? true : pending('no connection')),
    {
      timeout: '30s',
      every: '100ms',
      hint: `kubectl -n ${INGRESS} get pods,services; MESHDRILL_NODE_ADDRESS names another address`,
    },
  )

/** The routes are in the service's namespace, so they are lost with it and the backup must restore them. */
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
