import { canRaiseLimits } from '../embedded/node-spec.ts'
import { run } from '../embedded/run.ts'

/** What everything bears that the drills make on Docker; what does not is somebody else's. */
export const LABELS = { 'dev.meshdrill': 'lab' }
const OURS = 'dev.meshdrill=lab'
/** The nodes' network: kind's own is that of everybody's clusters. */
export const NETWORK = 'meshdrill'
/** What is published there is for this machine alone. */
const LOOPBACK_ONLY = 'com.docker.network.bridge.host_binding_ipv4=127.0.0.1'
/** How kind names the cluster's nodes, and marks them. */
export const CLUSTER = 'meshdrill'
export const CONTROL_PLANE = `${CLUSTER}-control-plane`
const OF_CLUSTER = `label=io.x-k8s.kind.cluster=${CLUSTER}`

/** Runs the Docker command line. Errors: what it said. */
export const docker = (args: string[], timeoutMs = 60_000): Promise<string> => run('docker', args, { timeoutMs })

const lines = async (args: string[]): Promise<string[]> => (await docker(args)).split('\n').filter(Boolean)

/** Why Docker cannot be used, with the next command; null where it answers. */
export async function dockerProblem(): Promise<string | null> {
  try {
    await docker(['version', '--format', '{{ .Server.Version }}'], 10_000)
    return null
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    if (/not found|ENOENT/.test(said)) return 'there is no docker in PATH. Next, as root: apt-get install docker.io'
    return `Docker does not answer (${said}). Next: docker info`
  }
}

/** Whether the nodes of this machine's Docker may not raise limits; one that is not of Linux has a machine of its own for it. */
export const isLimited = (): boolean => process.platform === 'linux' && !canRaiseLimits()

/** Which runtime starts containers where nobody says. */
export const defaultRuntime = async (): Promise<string> =>
  (await docker(['info', '--format', '{{ .DefaultRuntime }}'])).trim()

/** ID of an image that Docker has; null where it has none of that name. */
export async function imageId(name: string): Promise<string | null> {
  const found = await lines(['image', 'ls', '--no-trunc', '--format', '{{ .ID }}', name])
  return found[0] ?? null
}

/** Errors: what the registry said, and how to do without one. */
export async function pullImage(name: string, log: (line: string) => void): Promise<void> {
  if ((await imageId(name.replace(/:[^:/@]+@/, '@'))) !== null) return
  log(`pulling ${name} …`)
  try {
    await docker(['pull', '--quiet', name], 15 * 60_000)
  } catch (error) {
    throw new Error(
      `the image "${name}" cannot be pulled: ${String(error)}. Next: docker pull ${name}, or without a registry: npx meshdrill node-image, and MESHDRILL_ARTIFACTS=built`,
      { cause: error },
    )
  }
}

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
    await lines([
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
  const found = await lines(['ps', '--all', '--filter', OF_CLUSTER, '--format', '{{.Names}} {{.Networks}}'])
  const names = found.map((line) => line.split(' ')[0] ?? '')
  if (found.every((line) => line.endsWith(` ${NETWORK}`)) && (names.length === 0 || (await ourNetwork()))) return names
  throw new Error(
    `there is a kind cluster "${CLUSTER}" that no drill made (${names.join(', ')}): it is left alone. Next, if it is not needed: kind delete cluster --name ${CLUSTER}`,
  )
}

/** Removes the nodes, what runs beside them, and their network, with their disks. Returns what was there, in words. */
export async function removeContainers(): Promise<string[]> {
  const nodes = await ourNodes()
  const beside = await lines(['ps', '--all', '--filter', `label=${OURS}`, '--format', '{{.Names}}'])
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

/** The port of this machine at which a container's port is published. Errors: it is not. */
export async function publishedPort(container: string, port: number): Promise<number> {
  const published = (await lines(['port', container, `${port}/tcp`]))[0] ?? ''
  const found = Number(/:(\d+)$/.exec(published)?.[1])
  if (Number.isInteger(found)) return found
  throw new Error(`port ${port} of container "${container}" is not published: ${JSON.stringify(published)}`)
}

/** The address of a container on a network, by default the nodes'. Errors: it has none there. */
export async function addressOf(container: string, network = NETWORK): Promise<string> {
  const path = `{{ with index .NetworkSettings.Networks "${network}" }}{{ .IPAddress }}{{ end }}`
  const address = (await docker(['inspect', '--format', path, container])).trim()
  if (address === '') throw new Error(`container "${container}" has no address on network "${network}"`)
  return address
}
