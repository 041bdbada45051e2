import { connect, type Socket, isIPv6 } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** A host name or an address for use in a URL: IPv6 addresses get brackets. */
export const urlHost = (host: string): string => (isIPv6(host) ? `[${host}]` : host)

/** Host and port of a server. */
export interface Address {
  host: string
  port: number
}

/** Longer than any answer on the lab's own network takes, even on a busy machine. */
const CONNECT_TIMEOUT_MS = 250
const TRIES = 3
const PAUSE_MS = 100

/**
 * True if a check succeeds in one of three tries, with a pause between them. A machine or a server that was busy for a moment must
 * not look like an outage.
 */
export async function tryThreeTimes(check: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    if (await check()) return true
    if (attempt === TRIES) return false
    await setTimeout(PAUSE_MS)
  }
}

/** Whether this machine can connect to an address. */
export const canConnect = ({ host, port }: Address): Promise<boolean> =>
  reachesEvent('connect', connect({ host, port }), CONNECT_TIMEOUT_MS)

/** True if a socket emits an event before it fails and before the timeout. The socket is closed in any case. */
export function reachesEvent(event: 'connect' | 'secureConnect', socket: Socket, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (reached: boolean) => {
      socket.destroy()
      resolve(reached)
    }
    socket.setTimeout(timeoutMs, () => {
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
