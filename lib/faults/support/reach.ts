import { connect, type Socket } from 'node:net'
import { pending, waitFor } from '../../system/wait.ts'
import type { Address } from './pod-network.ts'

/** Longer than any answer on the lab's own network takes, even on a busy machine. */
const PATIENCE_MS = 250
/** So many in a row, that a machine that was busy for a moment is not taken for an outage. */
const FAILURES = 3

const TRIES = 3

/** Whether something comes about in one of three tries: a machine that was busy for a moment is not taken for an outage. */
export async function ever(look: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt++) if (await look()) return true
  return false
}

/** Whether this machine can connect to an address. */
export const reaches = ({ host, port }: Address): Promise<boolean> =>
  comesTo('connect', connect({ host, port }), PATIENCE_MS)

/** Whether a socket comes so far as an event before it fails, or the patience is over; then it is closed. */
export function comesTo(event: 'connect' | 'secureConnect', socket: Socket, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (reached: boolean) => {
      socket.destroy()
      resolve(reached)
    }
    socket.setTimeout(patienceMs, () => {
      end(false)
    })
    socket.once(event, () => {
      end(true)
    })
    socket.once('error', () => {
      end(false)
    })
  })
}

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
