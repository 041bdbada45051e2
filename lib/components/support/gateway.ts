import type { Lab } from '../../lab/lab.ts'
import { shellCommand } from '../../output/shorten.ts'
import type { Cluster } from '../../lab/cluster.ts'
import { canConnect, urlHost, type Address } from '../../system/connect.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Route } from '../mesh.ts'

/** The Service of an ingress gateway, and the name of its port for HTTP. */
export interface GatewayService {
  namespace: string
  name: string
  port: string
}

/** Finds the gateway of a mesh, and waits until this machine reaches its NodePort. Returns the route to a host behind it. */
export async function findGateway(lab: Lab, gateway: GatewayService): Promise<(host: string) => Route> {
  const { namespace, name } = gateway
  const service = await lab.kube.core.readNamespacedService({ name, namespace })
  const { nodePort, port } = service.spec?.ports?.find((one) => one.name === gateway.port) ?? {}
  if (nodePort === undefined)
    throw new Error(
      `Service "${name}" in namespace "${namespace}" has no NodePort for port "${gateway.port}". Next: ${look(gateway)}`,
    )
  const address = { host: lab.cluster.nodeAddress(), port: localPortOf(lab.cluster, nodePort, gateway) }
  await waitForGateway(address, namespace)
  const url = `http://${urlHost(address.host)}:${address.port}`
  const inside = `http://${urlHost(service.spec?.clusterIP ?? '')}:${port ?? ''}`
  return (host) => ({ url, inside, host })
}

const look = ({ namespace, name }: GatewayService): string => `kubectl -n ${namespace} get service ${name} -o yaml`

/** The port on which this machine reaches a NodePort. */
function localPortOf({ mapped }: Cluster, nodePort: number, gateway: GatewayService): number {
  if (mapped === undefined) return nodePort
  if (mapped.nodePort === nodePort) return mapped.port
  throw new Error(
    `Service "${gateway.name}" in namespace "${gateway.namespace}" has NodePort ${nodePort}, but this machine only reaches ` +
      `NodePort ${mapped.nodePort}. Next: ${look(gateway)}`,
  )
}

/** Fails before the drills if this machine cannot reach the gateway, for example because of a firewall. */
const waitForGateway = ({ host, port }: Address, namespace: string): Promise<true> =>
  waitFor(
    `ingress gateway at ${host}:${port} reachable from this machine`,
    async () => ((await canConnect({ host, port })) ? true : pending('no connection')),
    {
      timeout: '30s',
      every: '100ms',
      hint: shellCommand`kubectl -n ${namespace} get pods,services; MESHDRILL_NODE_ADDRESS names another address`,
    },
  )
