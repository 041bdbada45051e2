import { hasStorePower, type StorePower } from '../../lab/cluster.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { messageOf } from '../../system/file-error.ts'
import { openBucket } from '../../store/s3.ts'
import { storeAddressHere } from './far-ends.ts'
import type { Change } from '../fault.ts'
import type { Address } from '../../system/connect.ts'
import { planCut } from './reach.ts'
import { canConnect } from '../../system/connect.ts'

/** Cuts the store's power. Its objects exist again after a start. */
export async function planStoreStop(lab: Lab, power: StorePower): Promise<Change> {
  const address = storeAddressHere(lab)
  const objects = (await openBucket(lab.store).list('')).length
  const cut = await planCut(address, () => power.stopStore())
  return {
    undo: [{ kind: 'start-store', objects }],
    make: () => cut.make(),
    see: async () => ({
      between: await cut.seen(),
      evidence: `the store ${address.host}:${address.port} does not answer; it held ${objects} objects`,
    }),
  }
}

/** Starts the store if it does not run. Throws if it lost objects. */
export async function startStore(lab: Lab, before: number): Promise<string> {
  const { cluster } = lab
  if (!hasStorePower(cluster)) throw new Error(`provider "${cluster.provider}" cannot start a store`)
  await cluster.startStore()
  const after = await objectsAgain(lab, storeAddressHere(lab))
  if (after < before) throw new Error(`the store had ${before} objects before it was away, and has ${after} now`)
  return `the store answers again, with ${after} objects`
}

async function objectsAgain({ store }: Lab, address: Address): Promise<number> {
  return waitFor(
    `store ${store.url} answering`,
    async () => {
      // A request would wait for its connection far longer than the store is away.
      if (!(await canConnect(address))) return pending('no connection')
      try {
        return (await openBucket(store).list('')).length
      } catch (error) {
        return pending(messageOf(error))
      }
    },
    { timeout: '30s' },
  )
}
