import { run } from '../../system/run.ts'
import { createHash } from 'node:crypto'

/** A range of IPv4 addresses that this machine has or routes. */
interface UsedRange {
  /** As `10.244.0.0/16`. */
  range: string
  kind: 'address' | 'route'
  device: string | null
}

interface IpAddress {
  ifname?: string
  addr_info?: { family?: string; local?: string; prefixlen?: number }[]
}

interface IpRoute {
  dst?: string
  dev?: string
  /** Such as `blackhole` or `local`; missing for a route to a device or gateway. */
  type?: string
}

/** Reads the output of `ip -json -4 address show` and `ip -json -4 route show table all`. */
export function parseRanges(addresses: string, routes: string): UsedRange[] {
  return [
    ...(parse(addresses) as IpAddress[]).flatMap(({ ifname, addr_info = [] }) =>
      addr_info.flatMap(({ local, prefixlen = 32 }): UsedRange[] =>
        local === undefined ? [] : [{ range: `${local}/${prefixlen}`, kind: 'address', device: ifname ?? null }],
      ),
    ),
    ...(parse(routes) as IpRoute[])
      // The kernel derives these from addresses.
      .filter(({ type }) => !['local', 'broadcast', 'multicast', 'anycast'].includes(type ?? ''))
      .flatMap(({ dst = 'default', dev }): UsedRange[] =>
        dst === 'default' ? [] : [{ range: dst, kind: 'route', device: dev ?? null }],
      ),
  ]
}

const parse = (text: string): unknown => (text.trim() === '' ? [] : JSON.parse(text))

async function readRanges(): Promise<UsedRange[]> {
  const addresses = await run('ip', ['-json', '-4', 'address', 'show'])
  return parseRanges(addresses, await run('ip', ['-json', '-4', 'route', 'show', 'table', 'all']))
}

/** Describes a used range that overlaps a wanted one; null if they do not overlap. */
export function conflictOf(wanted: string, used: UsedRange): string | null {
  // A default route, also in two halves such as 0.0.0.0/1, overlaps everything and does no harm.
  if (boundsOf(used.range).bits <= 1 || !overlap(wanted, used.range)) return null
  return `the ${used.kind} ${used.range}${used.device === null ? '' : ` on "${used.device}"`}`
}

export function overlap(one: string, other: string): boolean {
  const [first, second] = [boundsOf(one), boundsOf(other)]
  return first.low <= second.high && second.low <= first.high
}

function boundsOf(range: string): { low: number; high: number; bits: number } {
  const [address = '', length = '32'] = range.split('/')
  const bytes = address.split('.').map(Number)
  const bits = Number(length)
  const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  const size = 2 ** (32 - bits)
  const low = Math.floor(number / size) * size
  return { low, high: low + size - 1, bits }
}

/** A network link of this machine. */
interface NetworkLink {
  name: string
  /** Link group, a number that the creator of a link may choose; null for a group with a name. */
  group: number | null
}

/**
 * Link group of a lab, from its UUID. It marks the lab's links: the kernel sets it in the call that creates a link. It is
 * at least 2³⁰ - 1, so that it differs from groups that people use, and less than 2³¹.
 */
export const groupOf = (labId: string): number =>
  (createHash('sha256').update(labId).digest().readUInt32BE(0) >>> 2) + 0x4000_0000 - 1

/** Reads the output of `ip -json link show`. */
export function parseLinks(text: string): NetworkLink[] {
  // In a new network namespace without links, ip prints nothing.
  const links = (text.trim() === '' ? [] : JSON.parse(text)) as { ifname?: string; group?: string }[]
  return links.flatMap(({ ifname, group }) =>
    ifname === undefined ? [] : [{ name: ifname, group: /^\d+$/.test(group ?? '') ? Number(group) : null }],
  )
}

const readLinks = async (): Promise<NetworkLink[]> => parseLinks(await run('ip', ['-json', 'link', 'show']))

/** Deletes the links of a lab. Links of others with the same names stay. */
async function deleteLinks(labId: string): Promise<void> {
  const ofLab = async () => (await readLinks()).filter(({ group }) => group === groupOf(labId))
  for (const { name } of await ofLab()) {
    try {
      await run('ip', ['link', 'del', 'dev', name])
    } catch (error) {
      // The kernel may have deleted the link first.
      if ((await ofLab()).some((link) => link.name === name)) throw error
    }
  }
}

/** The network of a lab: a bridge on the machine with one address for each host. Pods are routed without address translation. */
export interface LabNetwork {
  bridge: string
  /** The first three bytes of the hosts' addresses. */
  prefix: string
}

export const BRIDGE = 'meshdrill0'

/** Name of a host's network device on the machine. The kernel allows 15 characters. */
export const deviceName = (host: string): string => `md-${host}`.slice(0, 15)

export const gatewayAddress = (network: LabNetwork): string => `${network.prefix}.1`
export const hostAddress = (network: LabNetwork, index: number): string => `${network.prefix}.${2 + index}`
export const podRange = (index: number): string => `10.244.${index}.0/24`
export const POD_RANGES = '10.244.0.0/16'
export const SERVICE_RANGE = '10.96.0.0/16'
export const API_SERVICE_ADDRESS = '10.96.0.1'
export const DNS_ADDRESS = '10.96.0.10'

const HOST_PREFIXES = ['10.200.0', '10.201.0', '10.202.0', '10.203.0']

/** Links of this machine, and ranges of its addresses and routes. */
export interface MachineNetwork {
  links: NetworkLink[]
  ranges: UsedRange[]
}

export const readMachineNetwork = async (): Promise<MachineNetwork> => ({
  links: await readLinks(),
  ranges: await readRanges(),
})

/** Obstacles to a lab network with a bridge and these devices, each with the next command. Empty if there are none. */
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
        `there is a link "${name}" that this lab did not create. Next, if it is not needed: ip link del ${name}`,
    ),
    ...Object.entries({ pods: POD_RANGES, services: SERVICE_RANGE }).flatMap(([kind, range]) =>
      conflictsWith(range, others).map(
        (conflict) => `the range ${range} of the lab's ${kind} is in use on this machine by ${conflict}. ${NEXT}`,
      ),
    ),
    ...(freePrefix(others) === null
      ? [
          `no range of 10.200.0.0/24 to 10.203.0.0/24 is free for the lab's hosts: ${HOST_PREFIXES.flatMap((prefix) => conflictsWith(`${prefix}.0/24`, others)).join('; ')}. ${NEXT}`,
        ]
      : []),
  ]
}

const NEXT =
  'It is left alone. Next: take that network down while the lab runs (ip route; ip addr), or MESHDRILL_CLUSTER=kind, or another machine'

const conflictsWith = (range: string, others: UsedRange[]): string[] =>
  others.flatMap((used) => conflictOf(range, used) ?? [])

const freePrefix = (others: UsedRange[]): string | null =>
  HOST_PREFIXES.find((prefix) => conflictsWith(`${prefix}.0/24`, others).length === 0) ?? null

/** Ranges without those of the lab's own links. */
function rangesOfOthers({ links, ranges }: MachineNetwork, labId: string | null): UsedRange[] {
  const own = links.filter(({ group }) => labId !== null && group === groupOf(labId)).map(({ name }) => name)
  return ranges.filter(({ device }) => device === null || !own.includes(device))
}

/** A network that is free on this machine. Errors: there is none, with all obstacles. */
export function chooseNetwork(machine: MachineNetwork, labId: string | null, devices: string[]): LabNetwork {
  const problems = networkProblems(machine, labId, devices)
  const prefix = freePrefix(rangesOfOthers(machine, labId))
  if (problems.length > 0 || prefix === null)
    throw new Error(`The lab's network cannot be created: ${problems.join('\n  ')}`)
  return { bridge: BRIDGE, prefix }
}

/**
 * Creates the bridge, and routes to the pods of `nodes` nodes. Routes are added, never replaced. If a route exists already,
 * everything created so far is removed and the error is thrown.
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

/** Commands that a host runs to set up its address and its routes. */
export const hostSetup = (network: LabNetwork, index: number, nodes: number): string[][] => [
  ['ip', 'link', 'set', 'lo', 'up'],
  ['ip', 'addr', 'add', `${hostAddress(network, index)}/24`, 'dev', 'eth0'],
  ['ip', 'link', 'set', 'eth0', 'up'],
  ['ip', 'route', 'add', 'default', 'via', gatewayAddress(network)],
  ...podRoutes(network, nodes, index),
  ['sysctl', '-qw', 'net.ipv4.ip_forward=1'],
]

/**
 * Removes the lab's bridge and the devices of its hosts, and with them its addresses and routes. The device of an ended host may
 * still be there: the kernel keeps a network namespace while a connection in it waits for an answer.
 */
export async function removeNetwork(labId: string): Promise<void> {
  await deleteLinks(labId)
}
