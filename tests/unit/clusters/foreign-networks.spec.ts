import { expect, test } from '@playwright/test'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  chooseNetwork,
  networkProblems,
  type MachineNetwork,
  groupOf,
  parseLinks,
  conflictOf,
  overlap,
  parseRanges,
} from '../../../lib/clusters/embedded/network.ts'
import { problemOfOthersLab } from '../../../lib/clusters/embedded/teardown.ts'
import { inFolder } from '../in-folder.ts'

/** A lab must not change networks of others. The tests use separate network namespaces and output of `ip`. */
const run = promisify(execFile)
const LAB = '5f0b6d3e-8f5c-4f7e-9a57-2f1f0c0a7c11'
const OTHER_LAB = '0e8e9f5e-5a0b-4c39-8f6f-0d1d6a3b9a10'
const LIB = join(import.meta.dirname, '../../../lib/clusters/embedded')

const CREATE = `
import { chooseNetwork, createNetwork, readMachineNetwork } from ${JSON.stringify(join(LIB, 'network.ts'))}
try {
  const network = chooseNetwork(await readMachineNetwork(), null, ['md-meshdrill-1', 'md-store'])
  await createNetwork(network, { nodes: 3, labId: '${LAB}' })
  console.log('created', network.prefix)
} catch (error) {
  console.log('refused:', error.message)
}`
const REMOVE = `
import { removeNetwork } from ${JSON.stringify(join(LIB, 'network.ts'))}
await removeNetwork('${LAB}')`

/** Runs shell commands in a separate network namespace, with the programs `create` and `remove`. */
async function inNamespace(script: string, create = CREATE): Promise<string> {
  const root = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const able = await run('unshare', [...root, '--net', 'ip', 'link', 'add', 'probe', 'type', 'bridge']).then(
    () => true,
    () => false,
  )
  test.skip(!able, 'this user may not create a network namespace with a bridge on this machine')
  let output = ''
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'create.mts'), create)
    await writeFile(join(folder, 'remove.mts'), REMOVE)
    const node = `'${process.execPath}' --import '${import.meta.resolve('tsx')}'`
    const whole = `set -e
create() { ${node} '${join(folder, 'create.mts')}'; }
remove() { ${node} '${join(folder, 'remove.mts')}'; }
show() { echo "$1"; ip -4 route show table all | sort; ip -brief link | cut -d' ' -f1 | sort; }
ip link set lo up
${script}`
    output = (await run('unshare', [...root, '--net', 'bash', '-c', whole])).stdout
  })
  return output
}

const between = (text: string, one: string, other: string): string =>
  text.split(`${one}\n`)[1]?.split(`${other}\n`)[0] ?? ''

/** The network of a flannel node, which a user of Kubernetes may have on this machine. */
const FLANNEL = `
ip link add cni0 type bridge; ip addr add 10.244.0.1/24 dev cni0; ip link set cni0 up
ip link add flannel.1 type bridge; ip link set flannel.1 up
ip route add 10.244.1.0/24 dev flannel.1`

test('on a flannel node the lab is refused with the names of the routes, and every route and link stays', async () => {
  const output = await inNamespace(`${FLANNEL}
show before; create; show after; remove; show removed; echo end`)
  expect(output).toContain("refused: The lab's network cannot be created")
  expect(output).toContain('the route 10.244.1.0/24 on "flannel.1"')
  expect(output).toContain('the address 10.244.0.1/24 on "cni0"')
  const before = between(output, 'before', "refused: The lab's network cannot be created").split('refused:')[0]
  expect(before).toContain('10.244.1.0/24 dev flannel.1')
  expect(output.split('after\n')[1]).toContain('10.244.1.0/24 dev flannel.1')
  expect(between(output, 'after', 'removed')).toBe(between(output, 'removed', 'end'))
  expect(between(output, 'after', 'removed')).not.toContain('meshdrill0')
})

test('the network of a lab is removed with the lab, and links of others with similar names stay', async () => {
  const output = await inNamespace(`
ip link add md-mine type bridge
ip link add other type bridge
show before; create
ip link add dev md-meshdrill-1 group ${groupOf(LAB)} type bridge
show during
ip link add dev md-meshdrill-2 group ${groupOf(OTHER_LAB)} type bridge
ip link add md-meshdrill-3 type bridge
remove; ip link del md-meshdrill-2; ip link del md-meshdrill-3; show after; echo end`)
  expect(output).toContain('created 10.200.0')
  expect(between(output, 'during', 'after')).toContain('10.244.2.0/24 via 10.200.0.4 dev meshdrill0')
  expect(between(output, 'after', 'end')).toBe(between(output, 'before', 'created 10.200.0'))
})

test('a bridge of the same name that this lab did not create is an error and stays', async () => {
  for (const group of ['default', String(groupOf(OTHER_LAB))]) {
    const output = await inNamespace(`
ip link add dev meshdrill0 group ${group} type bridge
create; remove; ip -brief link`)
    expect(output).toContain(
      'refused: The lab\'s network cannot be created: there is a link "meshdrill0" that this lab did not create',
    )
    expect(output.split('\n').filter((line) => line.startsWith('meshdrill0'))).toHaveLength(1)
  }
})

test('a route that others add during the creation of a lab stays, and the lab removes its own objects', async () => {
  // The lab has read the machine's routes before this route was added.
  const output = await inNamespace(
    `
ip link add vpn type bridge; ip link set vpn up; ip route add 10.244.1.0/24 dev vpn
create; show after; echo end`,
    CREATE.replace('await readMachineNetwork()', '{ links: [], ranges: [] }'),
  )
  expect(output).toContain('refused: ip route add 10.244.1.0/24 via 10.200.0.3')
  expect(between(output, 'after', 'end')).toContain('10.244.1.0/24 dev vpn')
  expect(between(output, 'after', 'end')).not.toContain('meshdrill0')
})

const machine = (...ranges: MachineNetwork['ranges']): MachineNetwork => ({ links: [], ranges })
const route = (range: string, device: string | null = 'tun0') => ({ range, kind: 'route', device }) as const

test('the hosts of a lab get the first range that no address and no route of the machine uses', () => {
  const prefix = (...ranges: MachineNetwork['ranges']) => chooseNetwork(machine(...ranges), null, []).prefix
  expect(prefix()).toBe('10.200.0')
  expect(prefix(route('192.168.0.0/16'), { range: '10.20.0.5/24', kind: 'address', device: 'eth0' })).toBe('10.200.0')
  expect(prefix({ range: '10.200.0.7/32', kind: 'address', device: 'eth0' })).toBe('10.201.0')
  expect(prefix(route('10.200.0.0/14'.replace('/14', '/15')))).toBe('10.202.0')
  expect(prefix(route('10.200.7.0/24'))).toBe('10.200.0')
  expect(() => prefix(route('10.200.0.0/14'))).toThrow(
    'no range of 10.200.0.0/24 to 10.203.0.0/24 is free for the lab\'s hosts: the route 10.200.0.0/14 on "tun0"',
  )
})

test('every route that overlaps the pod or service range of a lab is an error, except a default route', () => {
  const problems = (range: string) => networkProblems(machine(route(range)), null, [])
  for (const range of ['10.244.7.0/24', '10.244.3.9', '10.96.0.0/12', '10.0.0.0/8', '10.244.0.0/16'])
    expect(problems(range).join(), range).toContain(`the route ${range} on "tun0"`)
  for (const range of ['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '10.243.0.0/16', '10.245.0.0/16', '172.16.0.0/12'])
    expect(problems(range), range).toEqual([])
  expect(networkProblems(machine(route('10.244.1.0/26', null)), null, [])[0]).toMatch(
    /^the range 10\.244\.0\.0\/16 of the lab's pods is in use on this machine by the route 10\.244\.1\.0\/26\. .*Next: /,
  )
})

test("a lab's bridge and routes are no obstacle to the lab itself, but an obstacle to other labs", () => {
  const links = [{ name: 'meshdrill0', group: groupOf(LAB) }]
  const ranges = [route('10.244.0.0/24', 'meshdrill0'), route('10.200.0.0/24', 'meshdrill0')]
  expect(networkProblems({ links, ranges }, LAB, [])).toEqual([])
  expect(networkProblems({ links, ranges }, OTHER_LAB, [])).toHaveLength(2)
  expect(networkProblems({ links, ranges }, null, [])).toHaveLength(2)
})

test('IPv4 addresses and routes of every table are read, even without a device, and IPv6 is ignored', () => {
  const addresses = [
    { ifname: 'kube-ipvs0', addr_info: [{ family: 'inet', local: '10.96.0.1', prefixlen: 32 }] },
    { ifname: 'down0', operstate: 'DOWN', addr_info: [{ family: 'inet', local: '10.244.0.1', prefixlen: 24 }] },
    {},
  ]
  const routes = [
    { dst: 'default', dev: 'eth0' },
    { dst: '10.244.1.0/24', dev: 'tailscale0', table: '52' },
    { type: 'blackhole', dst: '10.244.2.0/26' },
    { type: 'local', dst: '10.244.0.1', table: 'local' },
  ]
  expect(parseRanges(JSON.stringify(addresses), JSON.stringify(routes))).toEqual([
    { range: '10.96.0.1/32', kind: 'address', device: 'kube-ipvs0' },
    { range: '10.244.0.1/24', kind: 'address', device: 'down0' },
    { range: '10.244.1.0/24', kind: 'route', device: 'tailscale0' },
    { range: '10.244.2.0/26', kind: 'route', device: null },
  ])
  expect(parseRanges('', '')).toEqual([])
  expect(conflictOf('10.96.0.0/16', { range: '10.96.0.1/32', kind: 'address', device: 'kube-ipvs0' })).not.toBeNull()
})

test('two ranges overlap if they share an address, even at their edges', () => {
  expect(overlap('10.244.0.0/16', '10.244.255.255')).toBe(true)
  expect(overlap('10.244.0.0/16', '10.245.0.0')).toBe(false)
  expect(overlap('10.244.1.5/24', '10.244.1.200/32')).toBe(true)
  expect(overlap('200.0.0.0/8', '200.255.255.255')).toBe(true)
})

test('every lab has another link group, and the kernel accepts it', () => {
  const groups = Array.from({ length: 200 }, (_, index) => groupOf(`lab ${index}`))
  expect(new Set(groups).size).toBe(200)
  for (const group of groups) {
    expect(group).toBeGreaterThan(2 ** 29)
    expect(group).toBeLessThan(2 ** 31)
  }
  const links = '[{"ifname":"lo","group":"default"},{"ifname":"a","group":"7"},{}]'
  expect(parseLinks(links)).toEqual([
    { name: 'lo', group: null },
    { name: 'a', group: 7 },
  ])
})

test('a running lab of another user or checkout must not be ended, and a lab that does not run may be', () => {
  const [mine, theirs] = [
    { user: 'ann', checkout: '/home/ann/meshdrill' },
    { user: 'bob', checkout: '/home/bob/my drills' },
  ]
  expect(problemOfOthersLab(mine, mine, true)).toBeNull()
  expect(problemOfOthersLab(theirs, mine, false)).toBeNull()
  expect(problemOfOthersLab({ ...mine, checkout: '/srv/meshdrill' }, mine, true)).toContain('"/srv/meshdrill"')
  expect(problemOfOthersLab(theirs, mine, true)).toBe(
    'The lab that runs on this machine was created by user "bob" in "/home/bob/my drills": it is left alone. ' +
      "Next, as that user: cd '/home/bob/my drills' && npm run lab:down",
  )
})
