import { urlHost } from '../../system/connect.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { createEmptyNamespace, removeNamespace } from '../../lab/namespaces.ts'
import type { ExposedService, Exposure } from '../mesh.ts'
import { SERVICE_LABEL, watchEndpoints, type EndpointSlice } from './endpoints.ts'

/** Name of the NodePort Service and of its EndpointSlice. */
const NAME = 'direct'

/**
 * Publishes a Service by a NodePort that stays while the Service's namespace is lost and restored. The NodePort belongs to a
 * second Service in another namespace. Its endpoints follow those of the first Service, so clients need no proxy.
 */
export async function exposeDirectly(lab: Lab, target: ExposedService): Promise<Exposure> {
  const { kube } = lab
  const namespace = `${target.namespace}-port`
  const remove = () => removeNamespace(lab, namespace)
  await remove()
  await createEmptyNamespace(lab, namespace, { podSecurity: 'baseline' })
  const port = await portOf(lab, target)
  await kube.apply([nodePortService(namespace, port)])
  const watch = await watchEndpoints(kube, target, (slices) => kube.apply([copySlices(namespace, slices, port)]))
  const end = async (): Promise<void> => {
    await watch.stop()
    await remove()
    const gap = watch.gapReason()
    if (gap !== null) throw new Error(`clients may have reached a wrong address: ${gap}`)
  }
  let ended: Promise<void> | null = null
  try {
    return { route: await routeTo(lab, namespace), denied: null, end: () => (ended ??= end()) }
  } catch (error) {
    await end()
    throw error
  }
}

interface ServiceObject extends KubeObject {
  spec?: { clusterIP?: string; ipFamilies?: string[]; ports?: { name?: string; port: number; nodePort?: number }[] }
}

const serviceReference = (namespace: string, name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace, name },
})

/** A port of a Service. */
export interface Port {
  number: number
  /** Its name in EndpointSlices. Empty if the port has no name. */
  name: string
  /** IPv4 or IPv6: the type of the endpoints' addresses. */
  addressType: string
}

async function portOf({ kube }: Lab, { namespace, name, port }: ExposedService): Promise<Port> {
  const found = await kube.get<ServiceObject>(serviceReference(namespace, name))
  const spec = found?.spec?.ports?.find((one) => one.port === port)
  if (spec === undefined) {
    throw new Error(
      `Service "${name}" in namespace "${namespace}" has no port ${port}. ` +
        `Next: kubectl -n ${namespace} get service ${name} -o yaml`,
    )
  }
  return { number: port, name: spec.name ?? '', addressType: found?.spec?.ipFamilies?.[0] ?? 'IPv4' }
}

const nodePortService = (namespace: string, { number, name, addressType }: Port): KubeObject => ({
  ...serviceReference(namespace, NAME),
  spec: {
    type: 'NodePort',
    ipFamilies: [addressType],
    ports: [{ ...(name === '' ? {} : { name }), port: number, protocol: 'TCP' }],
  },
})

/** Copies the endpoints of all slices into one slice of the NodePort Service. */
export function copySlices(namespace: string, slices: EndpointSlice[], { name, addressType }: Port): KubeObject {
  const open = slices.flatMap((slice) => {
    const port = slice.ports?.find((one) => (one.name ?? '') === name)
    return port === undefined || slice.addressType !== addressType ? [] : [{ slice, port }]
  })
  const [first] = open
  // A slice can only have endpoints with the same port number.
  const alike = open.filter(({ port }) => port.port === first?.port.port)
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace,
      name: NAME,
      labels: { [SERVICE_LABEL]: NAME, 'endpointslice.kubernetes.io/managed-by': 'meshdrill' },
    },
    addressType,
    endpoints: alike
      .flatMap(({ slice }) => slice.endpoints ?? [])
      .map(({ addresses, conditions }) => ({ addresses, ...(conditions === undefined ? {} : { conditions }) })),
    ports: first === undefined ? [] : [first.port],
  }
}

async function routeTo(lab: Lab, namespace: string): Promise<Exposure['route']> {
  const found = await lab.kube.get<ServiceObject>(serviceReference(namespace, NAME))
  const { clusterIP = '', ports = [] } = found?.spec ?? {}
  const [port] = ports
  if (port?.nodePort === undefined)
    throw new Error(
      `Service "${NAME}" in namespace "${namespace}" has no NodePort. Next: kubectl -n ${namespace} get services -o yaml`,
    )
  return {
    url: `http://${urlHost(lab.cluster.nodeAddress())}:${port.nodePort}`,
    inside: `http://${urlHost(clusterIP)}:${port.port}`,
    host: `${NAME}.${namespace}`,
  }
}
