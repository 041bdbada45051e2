import { expect, test } from '@playwright/test'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  droppingChain,
  machineProblems,
  nodeProxy,
  readMachineFacts,
  type MachineFacts,
} from '../../../lib/clusters/embedded/toolchain/machine.ts'

const fit: MachineFacts = {
  tampered: [],
  network: [],
  labFreeBytes: 30e9,
  nodeProxy: null,
  inotify: { freeInstances: 100, freeWatches: 100_000 },
  forward: null,
}

test('a suitable machine has no problems, even if its inotify limits cannot be read', () => {
  expect(machineProblems(fit)).toEqual([])
  expect(machineProblems({ ...fit, inotify: null })).toEqual([])
})

test('every machine setting that keeps a lab from working is reported with a remedy', () => {
  const problems = machineProblems({
    tampered: ['others may write to "/c"'],
    network: ['the range 10.244.0.0/16 is in use'],
    labFreeBytes: 5.9e9,
    nodeProxy: 'NODE_USE_ENV_PROXY=1',
    inotify: { freeInstances: 63, freeWatches: 4095 },
    forward: { chain: "iptables' chain FORWARD", command: 'iptables -I FORWARD' },
  })
  expect(problems).toEqual([
    'others may write to "/c"',
    'the range 10.244.0.0/16 is in use',
    expect.stringMatching(/^5 GB of disk are free for "\/var\/lib\/meshdrill\/lab", and 6 GB are needed/),
    expect.stringMatching(/^with NODE_USE_ENV_PROXY=1 .*: env -u NODE_USE_ENV_PROXY npx playwright test/),
    expect.stringMatching(
      /^63 inotify instances are free, .* need 64\. Next: sysctl -w fs\.inotify\.max_user_instances=1024$/,
    ),
    expect.stringMatching(
      /^4095 inotify watches are free, .* need 4096\. Next: sysctl -w fs\.inotify\.max_user_watches=524288$/,
    ),
    expect.stringMatching(/^iptables' chain FORWARD drops packets between the lab's hosts.*: iptables -I FORWARD$/),
  ])
})

test('Node counts as using a proxy only if a proxy is set and its use is switched on', () => {
  const HTTPS_PROXY = 'http://proxy:3128'
  expect(nodeProxy({ NODE_USE_ENV_PROXY: '1' })).toBeNull()
  expect(nodeProxy({ HTTPS_PROXY })).toBeNull()
  expect(nodeProxy({ HTTPS_PROXY, NODE_USE_ENV_PROXY: '1' })).toBe('NODE_USE_ENV_PROXY=1')
  expect(nodeProxy({ http_proxy: HTTPS_PROXY, NODE_OPTIONS: '--no-warnings --use-env-proxy' })).toBe('--use-env-proxy')
  expect(nodeProxy({ HTTPS_PROXY, NODE_USE_ENV_PROXY: '0' })).toBeNull()
  expect(nodeProxy({ HTTPS_PROXY: '', NODE_USE_ENV_PROXY: '1' })).toBeNull()
  expect(nodeProxy({ HTTPS_PROXY, NODE_USE_ENV_PROXY: '1', NO_PROXY: '*' })).toBeNull()
})

test("Docker's FORWARD policy DROP is reported, unless a rule accepts the lab's packets", () => {
  const docker = '-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n-A FORWARD -i docker0 ! -o docker0 -j ACCEPT\n'
  const found = droppingChain(docker, '')
  expect(found).toEqual({
    chain: "iptables' chain FORWARD",
    command: 'iptables -I FORWARD -i meshdrill0 -o meshdrill0 -j ACCEPT',
  })
  expect(droppingChain(`${docker}-A FORWARD -i meshdrill0 -o meshdrill0 -j ACCEPT\n`, '')).toBeNull()
  expect(droppingChain(`${docker}-A FORWARD -i meshdrill0 -j LOG\n`, '')).not.toBeNull()
  expect(droppingChain('-P FORWARD ACCEPT\n', '')).toBeNull()
  expect(droppingChain('', '')).toBeNull()
})

test('a dropping forward chain of nftables is reported, and chains with another hook, family or policy are not', () => {
  const chain = (over: object) => ({
    chain: { family: 'inet', table: 'fw', name: 'pass', hook: 'forward', policy: 'drop', ...over },
  })
  const ruleset = (...nftables: object[]) => JSON.stringify({ nftables: [{ metainfo: {} }, ...nftables] })
  expect(droppingChain('', ruleset(chain({})))?.command).toBe(
    'nft insert rule inet fw pass iifname meshdrill0 oifname meshdrill0 accept',
  )
  const rule = { rule: { family: 'inet', table: 'fw', chain: 'pass', expr: [{ match: { right: 'meshdrill0' } }] } }
  expect(droppingChain('', ruleset(chain({}), rule))).toBeNull()
  for (const other of [{ hook: 'input' }, { family: 'ip6' }, { policy: 'accept' }, { hook: undefined }])
    expect(droppingChain('', ruleset(chain(other)))).toBeNull()
  // For iptables' own chain, only the output of iptables counts.
  const own = chain({ family: 'ip', table: 'filter', name: 'FORWARD' })
  expect(droppingChain('-P FORWARD DROP\n-A FORWARD -i meshdrill0 -o meshdrill0 -j ACCEPT\n', ruleset(own))).toBeNull()
})

test('the facts about this machine can be read without changing it', async () => {
  const ip = await promisify(execFile)('ip', ['-Version']).catch(() => null)
  test.skip(process.platform !== 'linux' || ip === null, 'this machine is not Linux, or has no ip (iproute2)')
  const facts = await readMachineFacts()
  expect(facts.labFreeBytes).toBeGreaterThan(0)
  expect(facts.network.every((problem) => problem.includes('Next'))).toBe(true)
  if (facts.inotify) expect(facts.inotify.freeInstances).toBeLessThan(1e9)
})
