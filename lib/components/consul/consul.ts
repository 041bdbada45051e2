import { readFile } from 'node:fs/promises'
import { parseManifest, podsReady } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { ensureNamespace } from '../../lab/namespaces.ts'
import type { Lab } from '../../lab/lab.ts'
import { FAULTS_ALLOWED } from '../chaos-mesh/chaos-mesh.ts'
import type { ExposedService, InstalledMesh, Mesh } from '../mesh.ts'
import { readEnvoys } from '../support/envoy.ts'
import { DENIED_CALL } from '../support/denied-call.ts'
import { findGateway } from '../support/gateway.ts'
import {
  changeEntry,
  deleteEntry,
  writeEntry,
  type GatewayEntry,
  type Intention,
  type Permission,
  type Source,
} from './api.ts'
import { proxies } from './state.ts'
import { consulTraits, GATEWAY, NAMESPACE, SERVER } from './traits.ts'

const IMAGES = ['hashicorp/consul', 'hashicorp/consul-proxy']
const GATEWAY_PORT = 8080

/**
 * Consul without Consul's own Kubernetes parts, which are in public registries only: one server with its data on a volume, a proxy
 * in each pod that the API server adds by a MutatingAdmissionPolicy, and an ingress gateway on a NodePort. Mutual TLS is always on,
 * and nobody may call a service without an intention.
 */
export const consul = (): Mesh => ({
  ...consulTraits,
  requires({ artifacts }) {
    const obstacle = artifacts.obstacle('consul')
    return Promise.resolve(obstacle === null ? [] : [obstacle])
  },
  async install(lab) {
    await lab.cluster.loadImages(IMAGES.map((name) => lab.artifacts.image(name)))
    // Some faults target the server, and Chaos Mesh only injects faults into annotated namespaces.
    await ensureNamespace(lab, NAMESPACE, { podSecurity: 'baseline', annotations: FAULTS_ALLOWED })
    await lab.kube.apply(await readOwn(lab, 'server.yaml'))
    await podsReady(lab.kube, NAMESPACE, { app: SERVER }, { timeout: '120s' })
    await writeEntry(lab, intention('*', { Name: '*', Action: 'deny' }))
    await lab.kube.apply([...(await readOwn(lab, 'inject.yaml')), ...(await readOwn(lab, 'gateway.yaml'))])
    await changeEntry<GatewayEntry>(lab, gatewayName, (found) => found ?? withServices([]))
    await podsReady(lab.kube, NAMESPACE, { app: GATEWAY }, { timeout: '120s' })
    return attachConsul(lab)
  },
  attach: attachConsul,
})

async function attachConsul(lab: Lab): Promise<InstalledMesh> {
  const routeTo = await findGateway(lab, { namespace: NAMESPACE, name: GATEWAY, port: 'http' })
  return {
    ...consulTraits,
    version: lab.artifacts.component('consul').version,
    namespaces: [NAMESPACE],
    async expose(target) {
      const service = await nameInConsul(lab, target)
      const host = `${target.name}.${target.namespace}.drill`
      const allowed = intention(service, { Name: GATEWAY, Permissions: PERMISSIONS })
      await writeEntry(lab, allowed)
      await changeServices(lab, (services) => [...others(services, service), { Name: service, Hosts: [host] }])
      return {
        route: routeTo(host),
        denied: DENIED_CALL,
        async end() {
          await changeServices(lab, (services) => others(services, service))
          await deleteEntry(lab, allowed)
        },
      }
    },
    state: (namespace) => readEnvoys(lab, namespace, proxies),
  }
}

/** Consul has no namespaces, so the policy that adds the proxies names a service by the label `app` of its pods. */
async function nameInConsul({ kube }: Lab, { namespace, name }: ExposedService): Promise<string> {
  const { spec } = await kube.core.readNamespacedService({ name, namespace })
  const app = spec?.selector?.app
  if (app !== undefined) return `${app}-${namespace}`
  throw new Error(
    `Service "${name}" in namespace "${namespace}" does not select pods by the label "app", by which Consul's proxies name them. ` +
      `Next: kubectl -n ${namespace} get service ${name} -o yaml`,
  )
}

type Service = GatewayEntry['Listeners'][number]['Services'][number]

const gatewayName = { Kind: 'ingress-gateway', Name: GATEWAY } as const

/** A service that is nowhere. With it the gateway listens before the first drill, so that a firewall is noticed. */
const NOWHERE: Service = { Name: 'nowhere', Hosts: ['nowhere.drill'] }

const withServices = (services: Service[]): GatewayEntry => ({
  ...gatewayName,
  Listeners: [{ Port: GATEWAY_PORT, Protocol: 'http', Services: [NOWHERE, ...others(services, NOWHERE.Name)] }],
})

const changeServices = (lab: Lab, change: (services: Service[]) => Service[]): Promise<void> =>
  changeEntry<GatewayEntry>(lab, gatewayName, (found) => withServices(change(found?.Listeners[0]?.Services ?? [])))

const others = (services: Service[], name: string): Service[] => services.filter(({ Name }) => Name !== name)

const intention = (service: string, source: Source): Intention => ({
  Kind: 'service-intentions',
  Name: service,
  Sources: [source],
})

/** The gateway may make every call except the one that is always denied. The first permission that fits decides. */
const PERMISSIONS: Permission[] = [
  { Action: 'deny', HTTP: { Header: [{ Name: DENIED_CALL.header.name, Present: true }] } },
  { Action: 'allow', HTTP: { PathPrefix: '/' } },
]

/** The objects of a file beside this one, with the images of this lab, on its system nodes, and with its local volumes. */
async function readOwn(lab: Lab, file: string): Promise<KubeObject[]> {
  const url = new URL(file, import.meta.url)
  const text = (await readFile(url, 'utf8')).replaceAll(/hashicorp\/consul(-proxy)?(?=['\n])/g, (name) =>
    lab.artifacts.image(name),
  )
  return parseManifest(text, String(url)).map((object) => adapt(lab, object))
}

interface Manifest extends KubeObject {
  spec?: {
    template?: { spec: Record<string, unknown> }
    volumeClaimTemplates?: { spec: Record<string, unknown> }[]
    type?: string
    ports?: Record<string, unknown>[]
  }
}

function adapt({ cluster }: Lab, object: Manifest): KubeObject {
  const { spec } = object
  if (spec?.template !== undefined) spec.template.spec.nodeSelector = cluster.systemNodes
  for (const claim of spec?.volumeClaimTemplates ?? [])
    if (cluster.storageClasses.local !== null) claim.spec.storageClassName = cluster.storageClasses.local
  // Some machines reach one NodePort of the cluster only.
  const [port] = spec?.ports ?? []
  if (spec?.type === 'NodePort' && port !== undefined && cluster.mapped !== undefined)
    port.nodePort = cluster.mapped.nodePort
  return object
}
