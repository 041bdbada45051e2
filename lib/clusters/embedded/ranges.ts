import { run } from '../../system/run.ts'

/** A range of IPv4 addresses that this machine has or routes. */
export interface UsedRange {
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
  /** As `blackhole` or `local`; nothing for a route to a device or gateway. */
  type?: string
}

/** What `ip -json -4 address show` and `ip -json -4 route show table all` print. */
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

export async function readRanges(): Promise<UsedRange[]> {
  const addresses = await run('ip', ['-json', '-4', 'address', 'show'])
  return parseRanges(addresses, await run('ip', ['-json', '-4', 'route', 'show', 'table', 'all']))
}

/** How a used range overlaps a wanted one, in words; null where it does not. */
export function conflictOf(wanted: string, used: UsedRange): string | null {
  // A default route may come as two halves; all other traffic takes it too.
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
