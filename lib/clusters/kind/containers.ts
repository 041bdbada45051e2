import { docker, dockerLines, OURS } from '../../docker/docker.ts'
import { NAME_AND_OWNER, ownContainers, ownerLabels, readOwner, thisOwner, type LabOwner } from '../../docker/labels.ts'
import { isRunning, type ProcessId } from '../../system/process.ts'
import { canRaiseLimits } from '../embedded/node-spec.ts'

/** The nodes' own network. kind's default network is shared by all clusters on the machine. */
export const NETWORK = 'meshdrill'
/** Ports published on that network are bound to loopback. */
const LOOPBACK_ONLY = 'com.docker.network.bridge.host_binding_ipv4=127.0.0.1'
/** kind derives the names and labels of the nodes from the cluster's name. */
export const CLUSTER = 'meshdrill'
export const CONTROL_PLANE = `${CLUSTER}-control-plane`
const OF_CLUSTER = `label=io.x-k8s.kind.cluster=${CLUSTER}`

/** True if Docker's nodes may not raise limits. Docker on other systems than Linux runs a virtual machine, which may. */
export const isLimited = (): boolean => process.platform === 'linux' && !canRaiseLimits()

/**
 * Creates the nodes' network if it is missing. `owner` is the process with which the lab ends. Errors: a network of that name
 * exists that meshdrill did not create, or that another user created.
 */
export async function ensureNetwork(owner: ProcessId): Promise<void> {
  if (await ourNetwork()) {
    await requireOwnLab(null)
    return
  }
  const labels = Object.entries(ownerLabels(thisOwner(), owner)).flatMap(([name, value]) => [
    '--label',
    `${name}=${value}`,
  ])
  try {
    await docker(['network', 'create', ...labels, '--opt', LOOPBACK_ONLY, NETWORK])
  } catch (error) {
    throw new Error(
      `the Docker network "${NETWORK}" cannot be created: ${String(error)}. Next: docker network inspect ${NETWORK}`,
      { cause: error },
    )
  }
}

/**
 * Errors: the lab on this Docker belongs to another user or machine, or to another run of this user that is still active.
 * `owner` is the process of this user's lab according to its state file, null without one.
 */
async function requireOwnLab(owner: ProcessId | null): Promise<void> {
  const text = (await docker(['network', 'inspect', '--format', '{{json .Labels}}', NETWORK])).trim()
  const lab = readOwner((text === '' ? {} : JSON.parse(text)) as Record<string, string>)
  const problem = lab === null ? null : problemOfLab(lab, { me: thisOwner(), owner, runs: await runs(lab.process) })
  if (problem !== null) throw new Error(problem)
}

const runs = async (of: ProcessId | null): Promise<boolean> => of !== null && isRunning(of)

/** Why a lab on Docker must not be removed, with the next command; null if it may be removed. */
export function problemOfLab(
  lab: LabOwner & { process: ProcessId | null },
  { me, owner, runs }: { me: LabOwner; owner: ProcessId | null; runs: boolean },
): string | null {
  const end = 'MESHDRILL_CLUSTER=kind npm run lab:down'
  if (lab.machine !== me.machine || lab.user !== me.user)
    return `the kind cluster "${CLUSTER}" on this Docker belongs to user "${lab.user}" on "${lab.machine}": it is left alone. Next, as that user, there: ${end}`
  const isOwn =
    (lab.run !== '' && lab.run === me.run) || (owner?.pid === lab.process?.pid && owner?.born === lab.process?.born)
  if (!runs || isOwn) return null
  return `the kind cluster "${CLUSTER}" on this Docker is in use by process ${lab.process?.pid ?? 'unknown'} of this user: it is left alone. Next: wait for it, or in its checkout and environment: ${end}`
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

/** Names of the cluster's nodes, running or not. Errors: a cluster of that name exists that meshdrill did not create. */
export async function ourNodes(): Promise<string[]> {
  const found = await dockerLines(['ps', '--all', '--filter', OF_CLUSTER, '--format', '{{.Names}} {{.Networks}}'])
  const names = found.map((line) => line.split(' ')[0] ?? '')
  if (found.every((line) => line.endsWith(` ${NETWORK}`)) && (names.length === 0 || (await ourNetwork()))) return names
  throw new Error(
    `there is a kind cluster "${CLUSTER}" that meshdrill did not create (${names.join(', ')}): it is left alone. Next, if it is not needed: kind delete cluster --name ${CLUSTER}`,
  )
}

/**
 * Removes the nodes with their disks, the containers beside them, and their network. Returns the removed objects, for people to
 * read. `owner` is as for `requireOwnLab`. Errors: as `requireOwnLab`, before anything is removed.
 */
export async function removeContainers(owner: ProcessId | null = null): Promise<string[]> {
  const nodes = await ourNodes()
  const network = await ourNetwork()
  if (network) await requireOwnLab(owner)
  const marked = await dockerLines(['ps', '--all', '--filter', `label=${OURS}`, '--format', NAME_AND_OWNER])
  const beside = ownContainers(marked, thisOwner())
  const containers = [...nodes, ...beside]
  if (containers.length > 0) await docker(['rm', '--force', '--volumes', ...containers], 120_000)
  if (network) await docker(['network', 'rm', NETWORK])
  return [
    ...(nodes.length > 0 ? [`kind cluster "${CLUSTER}"`] : []),
    ...beside.map((name) => `container ${name}`),
    ...(network ? [`Docker network ${NETWORK}`] : []),
  ]
}
