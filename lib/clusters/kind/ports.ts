import { connect as connectTls } from 'node:tls'
import { readAccess } from '../../kube/access/kubeconfig.ts'
import { reachesEvent, tryThreeTimes } from '../../system/connect.ts'
import { GATEWAY_NODE_PORT } from './cluster-config.ts'
import { addressOf, publishedPort } from '../../docker/docker.ts'
import { CONTROL_PLANE, NETWORK } from './containers.ts'

/** `tried`: use the nodes' own addresses if they are reachable. `mapped`: always use mapped ports. */
export const PORTS = ['tried', 'mapped'] as const
export type Ports = (typeof PORTS)[number]

export const API_SERVER_PORT = 6443
export const LOOPBACK = '127.0.0.1'
/** Longer than any handshake on a local network, even on a busy machine. */
const HANDSHAKE_TIMEOUT_MS = 2_000

/** Reason for skipping drills that need the nodes' own addresses, in a lab that is reached by mapped ports. */
export const WITHOUT_ADDRESSES =
  "this machine reaches kind's nodes only by mapped ports, and an outage can be observed only at their own addresses. Next: Docker Engine on a Linux machine"

/** Why kind cannot run on a platform, with the next step; null if it can. */
export function platformProblem(platform: string, artifacts: 'public' | 'built'): string | null {
  if (platform === 'linux') return null
  if (platform !== 'darwin') return `kind drills run on Linux and macOS, not on ${platform}. Next: run this in WSL`
  if (artifacts === 'public') return null
  return 'MESHDRILL_ARTIFACTS=built builds everything on this machine and needs Linux. Next: MESHDRILL_ARTIFACTS=public'
}

/**
 * The loopback port that leads to the ingress gateway's NodePort; null if the nodes' own addresses are reachable. With Docker
 * Desktop, Colima and rootless Docker they are not.
 */
export async function gatewayPortOf(
  asked: Ports,
  { node, kubeconfig }: { node: string; kubeconfig: string },
): Promise<number | null> {
  if (asked === 'tried' && process.platform === 'linux') {
    const ca = Buffer.from(readAccess(kubeconfig).server.ca ?? '')
    const server = { host: await addressOf(node, NETWORK), port: API_SERVER_PORT, ca }
    if (await tryThreeTimes(() => answersAs(server))) return null
  }
  return publishedPort(node, GATEWAY_NODE_PORT)
}

/** Translates a URL of this machine for a container beside the nodes: a mapped port becomes the node's own port. */
export const reachBeside =
  (gatewayPort: number | null) =>
  (url: string): string =>
    gatewayPort === null ? url : url.replace(`//${LOOPBACK}:${gatewayPort}`, `//${CONTROL_PLANE}:${GATEWAY_NODE_PORT}`)

/** True if the server's certificate is signed by `ca`. Another network may use the same address for another server. */
export const answersAs = (server: { host: string; port: number; ca: Buffer }): Promise<boolean> =>
  reachesEvent('secureConnect', connectTls(server), HANDSHAKE_TIMEOUT_MS)
