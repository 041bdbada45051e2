import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { urlHere } from '../../store/endpoint.ts'
import type { Address } from './pod-network.ts'

const MESH_CONTROL = { namespace: 'istio-system', service: 'istiod', labels: { app: 'istiod' }, port: 15012 }

/** Where the S3 store is, as pods reach it. */
export const storeAddress = ({ store }: Lab): Address => addressIn(store.url)

/** Where this machine reaches it. */
export const storeAddressHere = ({ store }: Lab): Address => addressIn(urlHere(store))

function addressIn(url: string): Address {
  const { hostname, port, protocol } = new URL(url)
  return { host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) }
}

interface EndpointSlice extends KubeObject {
  endpoints?: { addresses: string[] }[]
  ports?: { port?: number }[]
}

/** The control planes, of Kubernetes and of the mesh: by their Services' addresses, and by those behind them. */
export async function controlPlanes(lab: Lab): Promise<Address[]> {
  return [...(await apiServers(lab)), ...(await meshControl(lab))]
}

async function apiServers({ kube }: Lab): Promise<Address[]> {
  const metadata = { name: 'kubernetes', namespace: 'default' }
  const slice = await kube.get<EndpointSlice>({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata })
  const port = slice?.ports?.[0]?.port ?? 6443
  const hosts = slice?.endpoints?.flatMap(({ addresses }) => addresses) ?? []
  return [...(await serviceAddress(kube, metadata, 443)), ...hosts.map((host) => ({ host, port }))]
}

/** Nothing where there is no such mesh. */
async function meshControl({ kube }: Lab): Promise<Address[]> {
  const { namespace, service, labels, port } = MESH_CONTROL
  const hosts = (await kube.pods(namespace, labels)).flatMap(({ status }) => status?.podIP ?? [])
  return [...(await serviceAddress(kube, { name: service, namespace }, port)), ...hosts.map((host) => ({ host, port }))]
}

async function serviceAddress(
  kube: Lab['kube'],
  metadata: { name: string; namespace: string },
  port: number,
): Promise<Address[]> {
  const service = await kube.get<KubeObject & { spec?: { clusterIP?: string } }>({
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
  })
  const host = service?.spec?.clusterIP
  return host === undefined || host === 'None' ? [] : [{ host, port }]
}
