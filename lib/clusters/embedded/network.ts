import { run } from '../../system/run.ts'
import { deleteLinks, groupOf, readLinks, type NetworkLink } from './links.ts'
import { conflictOf, readRanges, type UsedRange } from './ranges.ts'

/** The network of a lab: a bridge on the machine, one address a host; pods are routed, nothing is translated. */
export interface LabNetwork {
  bridge: string
  /** The first three bytes of the hosts' addresses. */
  prefix: string
}

export const BRIDGE = 'meshdrill0'

/** A host's network device on the machine; the kernel takes 15 characters. */
export const deviceName = (host: string): string => `md-${host}`.slice(0, 15)

export const gatewayAddress = (network: LabNetwork): string => `${network.prefix}.1`
export const hostAddress = (network: LabNetwork, index: number): string => `${network.prefix}.${2 + index}`
export const podRange = (index: number): string => `10.244.${index}.0/24`
export const POD_RANGES = '10.244.0.0/16'
export const SERVICE_RANGE = '10.96.0.0/16'
export const API_SERVICE_ADDRESS = '10.96.0.1'
export const DNS_ADDRESS = '10.96.0.10'

const HOST_PREFIXES = ['10.200.0', '10.201.0', '10.202.0', '10.203.0']

/** What this machine uses: its links, and the ranges of its addresses and routes. */
export interface MachineNetwork {
  links: NetworkLink[]
  ranges: UsedRange[]
}

export const readMachineNetwork = async (): Promise<MachineNetwork> => ({
  links: await readLinks(),
  ranges: await readRanges(),
})

/** What is in the way of a lab with these devices beside its bridge, each named with the next command; empty where nothing is. */
export function networkProblems({ links, ranges }: MachineNetwork, labId: string | null, devices: string[]): string[] {
  const group = labId === null ? null : groupOf(labId)
  const names = [BRIDGE, ...devices]
  const foreign = links.filter(
    ({ name, group: linkGroup }) => names.includes(name) && (group === null || linkGroup !== group),
  )
  const others = rangesOfOthers({ links, ranges }, labId)
  return [
    ...foreign.map(
      ({ name }) =>
        `there is a link "${name}" that this lab did not create. Next, if nobody needs it: ip link del ${name}`,
    ),
    ...Object.entries({ pods: POD_RANGES, services: SERVICE_RANGE }).flatMap(([kind, range]) =>
      conflictsWith(range, others).map(
        (conflict) => `the range ${range} of the lab's ${kind} is in use on this machine by ${conflict}. ${OTHERWISE}`,
      ),
    ),
    ...(freePrefix(others) === null
      ? [
          `no range of 10.200.0.0/24 to 10.203.0.0/24 is free for the lab's hosts: ${HOST_PREFIXES.flatMap((prefix) => conflictsWith(`${prefix}.0/24`, others)).join('; ')}. ${OTHERWISE}`,
        ]
      : []),
  ]
}

const OTHERWISE =
  'It is left alone. Next: take that network down while the lab runs (ip route; ip addr), or MESHDRILL_CLUSTER=kind, or another machine'

const conflictsWith = (range: string, others: UsedRange[]): string[] =>
  others.flatMap((used) => conflictOf(range, used) ?? [])

const freePrefix = (others: UsedRange[]): string | null =>
  HOST_PREFIXES.find((prefix) => conflictsWith(`${prefix}.0/24`, others).length === 0) ?? null

/** Without those of the lab's own links. */
function rangesOfOthers({ links, ranges }: MachineNetwork, labId: string | null): UsedRange[] {
  const own = links.filter(({ group }) => labId !== null && group === groupOf(labId)).map(({ name }) => name)
  return ranges.filter(({ device }) => device === null || !own.includes(device))
}

/** A network that nothing on this machine uses. Errors: there is none; what is in the way is named. */
export function chooseNetwork(machine: MachineNetwork, labId: string | null, devices: string[]): LabNetwork {
  const problems = networkProblems(machine, labId, devices)
  const prefix = freePrefix(rangesOfOthers(machine, labId))
  if (problems.length > 0 || prefix === null) throw new Error(`The lab has no network: ${problems.join('\n  ')}`)
  return { bridge: BRIDGE, prefix }
}

/**
 * Creates the bridge, and routes to the pods of `nodes` nodes, all of the lab's own. Routes are added, never replaced: one that
 * somebody else added meanwhile is an error, and everything created so far is removed.
 */
export async function createNetwork(
  network: LabNetwork,
  { nodes, labId }: { nodes: number; labId: string },
): Promise<void> {
  const group = String(groupOf(labId))
  await run('ip', ['link', 'add', 'dev', network.bridge, 'group', group, 'type', 'bridge'])
  try {
    await run('ip', ['link', 'set', 'dev', network.bridge, 'alias', `meshdrill lab ${labId}`])
    await run('ip', ['addr', 'add', `${gatewayAddress(network)}/24`, 'dev', network.bridge])
    await run('ip', ['link', 'set', network.bridge, 'up'])
    for (const argv of podRoutes(network, nodes)) await run(argv[0] ?? 'ip', [...argv.slice(1), 'dev', network.bridge])
  } catch (error) {
    await removeNetwork(labId)
    throw error
  }
}

/** Commands that route to the pods of every node but `self`. */
export const podRoutes = (network: LabNetwork, nodes: number, self = -1): string[][] =>
  Array.from({ length: nodes }, (_, index) => index)
    .filter((index) => index !== self)
    .map((index) => ['ip', 'route', 'add', podRange(index), 'via', hostAddress(network, index)])

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
 * Removes the lab's bridge and the devices of its hosts, and with them its addresses and routes. A host that is gone may leave
 * its device: the kernel keeps a network namespace for as long as one of its connections waits for an answer.
 */
export async function removeNetwork(labId: string): Promise<void> {
  await deleteLinks(labId)
}
