import { networkInterfaces } from 'node:os'
import { run } from '../../run.ts'

/** The network of a lab: a bridge on the machine, one address a host; pods are routed, nothing is translated. */
export interface LabNetwork {
  bridge: string
  /** The first three bytes of the hosts' addresses. */
  prefix: string
}

const BRIDGE = 'meshdrill0'
const DEVICE_PREFIX = 'md-'

/** A host's network device on the machine; the kernel takes 15 characters. */
export const deviceName = (host: string): string => `${DEVICE_PREFIX}${host}`.slice(0, 15)

export const gatewayAddress = (network: LabNetwork): string => `${network.prefix}.1`
export const hostAddress = (network: LabNetwork, index: number): string => `${network.prefix}.${2 + index}`
export const podRange = (index: number): string => `10.244.${index}.0/24`
export const POD_RANGES = '10.244.0.0/16'
export const SERVICE_RANGE = '10.96.0.0/16'
export const API_SERVICE_ADDRESS = '10.96.0.1'
export const DNS_ADDRESS = '10.96.0.10'

/** A network that nothing on this machine uses. Fails, naming what is in the way, where there is none. */
export function chooseNetwork(interfaces = networkInterfaces()): LabNetwork {
  const used = Object.entries(interfaces)
    .filter(([name]) => name !== BRIDGE)
    .flatMap(([name, addresses]) => (addresses ?? []).map(({ address }) => ({ name, address })))
  for (const third of [200, 201, 202, 203]) {
    const prefix = `10.${third}.0`
    if (!used.some(({ address }) => address.startsWith(`10.${third}.`))) return { bridge: BRIDGE, prefix }
  }
  const list = used.map(({ name, address }) => `${name} ${address}`).join(', ')
  throw new Error(`No free network for the lab among 10.200.0.0/16 to 10.203.0.0/16; this machine uses ${list}.`)
}

/** Makes the bridge, and routes to the pods of `nodes` nodes. */
export async function createNetwork(network: LabNetwork, nodes: number): Promise<void> {
  await removeNetwork()
  await run('ip', ['link', 'add', network.bridge, 'type', 'bridge'])
  await run('ip', ['addr', 'add', `${gatewayAddress(network)}/24`, 'dev', network.bridge])
  await run('ip', ['link', 'set', network.bridge, 'up'])
  for (const argv of podRoutes(network, nodes)) await run(argv[0] ?? 'ip', argv.slice(1))
}

/** Commands that route to the pods of every node but `self`. */
export const podRoutes = (network: LabNetwork, nodes: number, self = -1): string[][] =>
  Array.from({ length: nodes }, (_, index) => index)
    .filter((index) => index !== self)
    .map((index) => ['ip', 'route', 'replace', podRange(index), 'via', hostAddress(network, index)])

/** Commands that a host runs inside to have its address and its way out. */
export const hostSetup = (network: LabNetwork, index: number, nodes: number): string[][] => [
  ['ip', 'link', 'set', 'lo', 'up'],
  ['ip', 'addr', 'add', `${hostAddress(network, index)}/24`, 'dev', 'eth0'],
  ['ip', 'link', 'set', 'eth0', 'up'],
  ['ip', 'route', 'add', 'default', 'via', gatewayAddress(network)],
  ...podRoutes(network, nodes, index),
  ['sysctl', '-qw', 'net.ipv4.ip_forward=1'],
]

/**
 * Removes the bridge and the hosts' devices. A host that is gone may leave its device: the kernel keeps a network namespace
 * for as long as one of its connections waits for an answer.
 */
export async function removeNetwork(): Promise<void> {
  const links = JSON.parse(await run('ip', ['-json', 'link', 'show'])) as { ifname: string }[]
  const ours = links.filter(({ ifname }) => ifname === BRIDGE || ifname.startsWith(DEVICE_PREFIX))
  for (const { ifname } of ours) await deleteLink(ifname)
}

async function deleteLink(name: string): Promise<void> {
  try {
    await run('ip', ['link', 'del', name])
  } catch (error) {
    // The kernel may have been faster.
    if (!String(error).includes('Cannot find device')) throw error
  }
}
