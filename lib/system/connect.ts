import { connect, type Socket, isIPv6 } from 'node:net'

/** A host name or an address as it stands in a URL: IPv6 addresses get brackets. */
export const urlHost = (host: string): string => (isIPv6(host) ? `[${host}]` : host)

/** Host and port of a server. */
export interface Address {
  host: string
  port: number
}

/** Longer than any answer on the lab's own network takes, even on a busy machine. */
const PATIENCE_MS = 250
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
