import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { storeAddress, storeAddressHere } from './far-ends.ts'
import { daemonPods } from './node-shell.ts'
import { daemonConnects } from './pod-network.ts'
import { reaches } from '../../system/connect.ts'

/** Resolves when pods of every node reach the store, and this machine does: else each backup would fail, one by one. */
export async function storeReached(lab: Lab): Promise<void> {
  const address = storeAddress(lab)
  await waitFor(
    `the store ${lab.store.url} reached from every node and from this machine`,
    async () => {
      const daemons = await daemonPods(lab)
      const here = (await reaches(storeAddressHere(lab))) ? [] : ['this machine']
      const reached = await Promise.all(daemons.map((daemon) => daemonConnects(lab, daemon, address)))
      const nodes = daemons.filter((_, index) => reached[index] !== true).map(({ node }) => `pods of node "${node}"`)
      const without = [...here, ...nodes]
      return without.length === 0 ? true : pending(`not from ${without.join(', ')}`)
    },
    { timeout: '30s', every: '200ms', hint: 'MESHDRILL_S3_URL names a store of your own' },
  )
}
