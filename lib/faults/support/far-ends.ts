import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { urlHere } from '../../store/endpoint.ts'
import type { MeshTraits } from '../../lab/mesh-traits.ts'
import type { FaultTarget } from '../fault.ts'
import type { Address } from '../../system/connect.ts'

/** Address of the S3 store for pods. */
export const storeAddress = ({ store }: Lab): Address => addressIn(store.url)

/** Address of the S3 store for this machine. */
export const storeAddressHere = ({ store }: Lab): Address => addressIn(urlHere(store))

function addressIn(url: string): Address {
  const { hostname, port, protocol } = new URL(url)
  return { host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) }
}

interface EndpointSlice extends KubeObject {
  endpoints?: { addresses: string[] }[]
  ports?: { port?: number }[]
}

/**
 * Addresses of the control planes of Kubernetes and of the mesh: of their Services, and of the endpoints behind them.
 */
export async function controlPlanes(lab: Lab, { mesh }: Pick<FaultTarget, 'mesh'>): Promise<Address[]> {
  return [...(await apiServers(lab)), ...(await meshControl(lab, mesh))]
}

async function apiServers({ kube }: Lab): Promise<Address[]> {
  const metadata = { name: 'kubernetes', namespace: 'default' }
  const slice = await kube.get<EndpointSlice>({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata })
  const port = slice?.ports?.[0]?.port ?? 6443
  const hosts = slice?.endpoints?.flatMap(({ addresses }) => addresses) ?? []
  const service = (await serviceAddresses(kube, metadata)).map((host) => ({ host, port: 443 }))
  return [...service, ...hosts.map((host) => ({ host, port }))]
}

/**
 * Addresses of the mesh's control plane for its proxies. Empty without a mesh. Throws if a Service of it is missing.
 */
async function meshControl({ kube }: Lab, { name, controlPlane }: MeshTraits): Promise<Address[]> {
  if (controlPlane === null) return []
  const { namespace, parts } = controlPlane
  const lists = await Promise.all(
    parts.map(async ({ labels, service }) => {
      if (service === null) return []
      const addresses = await serviceAddresses(kube, { name: service.name, namespace })
      const pods = (await kube.pods(namespace, labels)).flatMap(({ status }) => status?.podIP ?? [])
      return [...addresses, ...pods].flatMap((host) => service.ports.map((port) => ({ host, port })))
    }),
  )
  const found = lists.flat()
  if (found.length === 0)
    throw new Error(`the control plane of mesh "${name}" has no address in namespace "${namespace}"`)
  return found
}

/** Empty if the Service is missing or headless. */
async function serviceAddresses(kube: Lab['kube'], metadata: { name: string; namespace: string }): Promise<string[]> {
  const service = await kube.get<KubeObject & { spec?: { clusterIP?: string } }>({
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
  })
  const host = service?.spec?.clusterIP
  return host === undefined || host === 'None' ? [] : [host]
}
