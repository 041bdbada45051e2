import { pending, waitFor } from '../../system/wait.ts'
import { canConnect, tryThreeTimes, type Address } from '../../system/connect.ts'
import type { Lab } from '../../lab/lab.ts'
import { storeAddress, storeAddressHere } from './far-ends.ts'
import { daemonPods } from './node-shell.ts'
import { daemonConnects } from './pod-network.ts'

/** Number of consecutive failures before an address counts as silent: a busy machine may cause a single failure. */
const FAILURES = 3

/** A prepared cut. It can be made once. */
interface Cut {
  make(): Promise<void>
  /**
   * Resolves with the interval in which the address stopped answering. It starts with the cut: the kernel of a host
   * without programs may still accept connections for a moment.
   */
  seen(): Promise<[number, number]>
}

/** Prepares a cut while its address is probed. Throws if the address does not answer before the cut. */
export async function planCut(address: Address, cut: () => Promise<void>): Promise<Cut> {
  const where = `${address.host}:${address.port}`
  if (!(await tryThreeTimes(() => canConnect(address))))
    throw new Error(`${where} does not answer even before the fault`)
  let cutMs = 0
  let silence: Promise<number> | null = null
  return {
    async make() {
      cutMs = Date.now()
      silence = silentSince(address)
      // If the cut fails, its effect is not awaited.
      silence.catch(() => undefined)
      await cut()
    },
    async seen() {
      return [cutMs, await (silence ?? silentSince(address))]
    },
  }
}

function silentSince(address: Address): Promise<number> {
  let failures: number[] = []
  return waitFor(
    `${address.host}:${address.port} not answering`,
    async () => {
      const askedMs = Date.now()
      if (await canConnect(address)) {
        failures = []
        return pending('it answers')
      }
      failures.push(Date.now())
      return failures.length >= FAILURES ? (failures[0] ?? askedMs) : pending(`${failures.length} without an answer`)
    },
    { timeout: '30s', every: '10ms' },
  )
}

/** Resolves when pods of every node and this machine reach the store. Otherwise each backup would fail. */
export async function storeReached(lab: Lab): Promise<void> {
  const address = storeAddress(lab)
  await waitFor(
    `the store ${lab.store.url} reached from every node and from this machine`,
    async () => {
      const daemons = await daemonPods(lab)
      const here = (await canConnect(storeAddressHere(lab))) ? [] : ['this machine']
      const reached = await Promise.all(daemons.map((daemon) => daemonConnects(lab, daemon, address)))
      const nodes = daemons.filter((_, index) => reached[index] !== true).map(({ node }) => `pods of node "${node}"`)
      const without = [...here, ...nodes]
      return without.length === 0 ? true : pending(`not from ${without.join(', ')}`)
    },
    { timeout: '30s', every: '200ms', hint: 'MESHDRILL_S3_URL names a store of your own' },
  )
}
