import { docker, dockerLines, OURS } from '../../docker/docker.ts'
import { canRaiseLimits } from '../embedded/node-spec.ts'

/** The nodes' network: kind's own is that of everybody's clusters. */
export const NETWORK = 'meshdrill'
/** What is published there is for this machine alone. */
const LOOPBACK_ONLY = 'com.docker.network.bridge.host_binding_ipv4=127.0.0.1'
/** How kind names the cluster's nodes, and marks them. */
export const CLUSTER = 'meshdrill'
export const CONTROL_PLANE = `${CLUSTER}-control-plane`
const OF_CLUSTER = `label=io.x-k8s.kind.cluster=${CLUSTER}`

/** Whether the nodes of this machine's Docker may not raise limits; one that is not of Linux has a machine of its own for it. */
export const isLimited = (): boolean => process.platform === 'linux' && !canRaiseLimits()

/** Makes the nodes' network where it is not there. Errors: there is one of that name that is not ours. */
export async function ensureNetwork(): Promise<void> {
  if (await ourNetwork()) return
  try {
    await docker(['network', 'create', '--label', OURS, '--opt', LOOPBACK_ONLY, NETWORK])
  } catch (error) {
    throw new Error(
      `the Docker network "${NETWORK}" cannot be made: ${String(error)}. Next: docker network inspect ${NETWORK}`,
      { cause: error },
    )
  }
}

const ourNetwork = async (): Promise<boolean> =>
  (
    await dockerLines([
      'network',
      'ls',
      '--filter',
      `label=${OURS}`,
      '--filter',
      `name=^${NETWORK}$`,
      '--format',
      '{{.Name}}',
    ])
  ).includes(NETWORK)

/** Names of the cluster's nodes, running or not. Errors: somebody else made a cluster of that name. */
export async function ourNodes(): Promise<string[]> {
  const found = await dockerLines(['ps', '--all', '--filter', OF_CLUSTER, '--format', '{{.Names}} {{.Networks}}'])
  const names = found.map((line) => line.split(' ')[0] ?? '')
  if (found.every((line) => line.endsWith(` ${NETWORK}`)) && (names.length === 0 || (await ourNetwork()))) return names
  throw new Error(
    `there is a kind cluster "${CLUSTER}" that no drill made (${names.join(', ')}): it is left alone. Next, if it is not needed: kind delete cluster --name ${CLUSTER}`,
  )
}

/** Removes the nodes, what runs beside them, and their network, with their disks. Returns what was there, in words. */
export async function removeContainers(): Promise<string[]> {
  const nodes = await ourNodes()
  const beside = await dockerLines(['ps', '--all', '--filter', `label=${OURS}`, '--format', '{{.Names}}'])
  const containers = [...nodes, ...beside]
  if (containers.length > 0) await docker(['rm', '--force', '--volumes', ...containers], 120_000)
  const network = await ourNetwork()
  if (network) await docker(['network', 'rm', NETWORK])
  return [
    ...(nodes.length > 0 ? [`kind cluster "${CLUSTER}"`] : []),
    ...beside.map((name) => `container ${name}`),
    ...(network ? [`Docker network ${NETWORK}`] : []),
  ]
}
