import { pending, waitFor } from '../../system/wait.ts'
import { reaches, type Address } from '../../system/connect.ts'

/** Failures in a row before an address counts as silent: one may come from a busy machine. */
const FAILURES = 3

/** A cut that can be made once. */
export interface Cut {
  make(): Promise<void>
  /**
   * Resolves with the times between which the address stopped to answer. The first is when the cut began: a host whose
   * programs are gone may still take connections for a moment, by its kernel.
   */
  seen(): Promise<[number, number]>
}

/** Prepares to cut something off while its address is watched. Errors: it does not answer even before. */
export async function planCut(address: Address, cut: () => Promise<void>): Promise<Cut> {
  const where = `${address.host}:${address.port}`
  if (!(await reaches(address))) throw new Error(`${where} does not answer even before the fault`)
  let cutMs = 0
  let silence: Promise<number> | null = null
  return {
    async make() {
      cutMs = Date.now()
      silence = silentSince(address)
      // If the cut itself fails, nobody waits for its effect.
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
      if (await reaches(address)) {
        failures = []
        return pending('it answers')
      }
      failures.push(Date.now())
      return failures.length >= FAILURES ? (failures[0] ?? askedMs) : pending(`${failures.length} without an answer`)
    },
    { timeout: '30s', every: '10ms' },
  )
}
