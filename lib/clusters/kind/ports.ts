import { connect as connectTls } from 'node:tls'
import { readAccess } from '../../kube/access/kubeconfig.ts'
import { comesTo, ever } from '../../faults/support/reach.ts'
import { GATEWAY_NODE_PORT } from './cluster-config.ts'
import { addressOf, publishedPort } from '../../docker/docker.ts'
import { CONTROL_PLANE, NETWORK } from './containers.ts'

/** How this machine is to reach the cluster: at the nodes' own addresses where it can, or by mapped ports in any case. */
export const PORTS = ['tried', 'mapped'] as const
export type Ports = (typeof PORTS)[number]

export const API_SERVER_PORT = 6443
export const LOOPBACK = '127.0.0.1'
/** Longer than any handshake on a machine's own networks takes, even when it is busy. */
const PATIENCE_MS = 2_000

/** What a lab is without that is reached by mapped ports; a drill that needs it is skipped with this. */
export const WITHOUT_ADDRESSES =
  "this machine reaches kind's nodes by mapped ports and not at their addresses, by which an outage would be seen. Next: Docker Engine on a Linux machine"

/** Why kind cannot be drilled from a platform, with the next step; null where it can. */
export function platformProblem(platform: string, artifacts: 'public' | 'built'): string | null {
  if (platform === 'linux') return null
  if (platform !== 'darwin') return `kind is drilled from Linux and macOS, not from ${platform}. Next: run this in WSL`
  if (artifacts === 'public') return null
  return 'MESHDRILL_ARTIFACTS=built needs a Linux machine, which everything is built on. Next: MESHDRILL_ARTIFACTS=public'
}

/**
 * The port of this machine's loopback address that leads to the ingress gateway's NodePort; null where the nodes' own addresses
 * are reached, at which nothing stands between. Docker Desktop, Colima and rootless Docker keep their networks to themselves.
 */
export async function gatewayPortOf(
  asked: Ports,
  { node, kubeconfig }: { node: string; kubeconfig: string },
): Promise<number | null> {
  if (asked === 'tried' && process.platform === 'linux') {
    const ca = Buffer.from(readAccess(kubeconfig).server.ca ?? '')
    const server = { host: await addressOf(node, NETWORK), port: API_SERVER_PORT, ca }
    if (await ever(() => answersAs(server))) return null
  }
  return publishedPort(node, GATEWAY_NODE_PORT)
}

/** How containers beside the nodes reach a URL of this machine's: at the node itself what is mapped, all else as it is. */
export const reachBeside =
  (gatewayPort: number | null) =>
  (url: string): string =>
    gatewayPort === null ? url : url.replace(`//${LOOPBACK}:${gatewayPort}`, `//${CONTROL_PLANE}:${GATEWAY_NODE_PORT}`)

/** Whether the server is there that the authority knows: a stranger in another network may have the address, too. */
export const answersAs = (server: { host: string; port: number; ca: Buffer }): Promise<boolean> =>
  comesTo('secureConnect', connectTls(server), PATIENCE_MS)
