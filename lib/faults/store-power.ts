import type { StorePower } from '../clusters/cluster.ts'
import { pending, waitFor } from '../kube/wait.ts'
import type { Lab } from '../lab.ts'
import { messageOf } from '../message-of.ts'
import { openBucket } from '../store/s3.ts'
import { storeAddressHere } from './far-ends.ts'
import type { ObservedFault } from './fault.ts'
import type { Address } from './pod-network.ts'
import { cutWatched, reaches } from './reach.ts'
import { orUndo } from './undo.ts'

/** Cuts the store's power; what it holds is there again when it is healed. */
export async function stopStore(lab: Lab, power: StorePower): Promise<ObservedFault> {
  const address = storeAddressHere(lab)
  const before = (await openBucket(lab.store).list('')).length
  const heal = async () => {
    await power.startStore()
    const after = await objectsAgain(lab, address)
    if (after < before) throw new Error(`the store had ${before} objects before it was away, and has ${after} now`)
    return `the store answers again, with ${after} objects`
  }
  return orUndo(
    async () => ({
      between: await cutWatched(address, () => power.stopStore()),
      evidence: `the store ${address.host}:${address.port} does not answer; it held ${before} objects`,
      heal,
    }),
    heal,
  )
}

async function objectsAgain({ store }: Lab, address: Address): Promise<number> {
  return waitFor(
    `store ${store.url} answering`,
    async () => {
      // A request would wait for its connection far longer than the store is away.
      if (!(await reaches(address))) return pending('no connection')
      try {
        return (await openBucket(store).list('')).length
      } catch (error) {
        return pending(messageOf(error))
      }
    },
    { timeout: '30s' },
  )
}
