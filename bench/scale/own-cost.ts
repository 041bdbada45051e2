import { subscribe } from 'node:diagnostics_channel'
import { readFile } from 'node:fs/promises'
import type { ClientRequest } from 'node:http'
import type { Socket } from 'node:net'

/** Cost of this process and its prober since `startCounting`. The load does not count for the harness. */
export interface OwnCost {
  durationMs: number
  cpuSeconds: number
  /** Peak memory of each process, and the sum. */
  peakBytes: number
  /** Requests to the API server, including streams and refused ones. */
  requests: number
  /** Bytes received from the API server, as transferred. */
  receivedBytes: number
  /** Requests by method and path, without names. */
  kinds: Record<string, number>
}

const LOOK_MS = 200
/** Linux reports the CPU time of other processes in hundredths of a second. */
const TICKS_PER_SECOND = 100

/** `server` is the URL of the API server. Requests to other servers are not counted. */
export function startCounting(server: string): () => Promise<OwnCost> {
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  const requests = countRequests(server)
  const children = watchChildren()
  return async () => {
    const durationMs = performance.now() - startedMs
    const { user, system } = process.cpuUsage(cpu)
    const prober = await children()
    return {
      durationMs,
      cpuSeconds: (user + system) / 1e6 + prober.cpuSeconds,
      peakBytes: process.resourceUsage().maxRSS * 1024 + prober.peakBytes,
      ...requests(),
    }
  }
}

/** Node publishes an event for every request of a process, by any library. */
function countRequests(server: string): () => Pick<OwnCost, 'requests' | 'receivedBytes' | 'kinds'> {
  const { host } = new URL(server)
  const kinds = new Map<string, number>()
  const sockets = new Map<Socket, number>()
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest }
    if (request.getHeader('host') !== host) return
    const kind = `${request.method} ${kindOf(request.path)}`
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    // The event comes when the request has its connection, which may have served other requests before.
    const { socket } = request
    if (socket !== null && !sockets.has(socket)) sockets.set(socket, socket.bytesRead)
  })
  return () => ({
    requests: [...kinds.values()].reduce((sum, count) => sum + count, 0),
    receivedBytes: [...sockets].reduce((sum, [socket, before]) => sum + socket.bytesRead - before, 0),
    kinds: Object.fromEntries([...kinds].sort(([, one], [, other]) => other - one)),
  })
}

/** A path without names, with its selectors: `/api/v1/namespaces/x/pods/y/exec?…` becomes `namespaces/pods/exec`. */
function kindOf(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://server')
  const parts = pathname.split('/').slice(pathname.startsWith('/apis/') ? 4 : 3)
  const [namespaced, rest] =
    parts[0] === 'namespaces' && parts.length > 2 ? [['namespaces'], parts.slice(2)] : [[], parts]
  const resource = [...namespaced, ...rest.filter((_, index) => index !== 1)].join('/')
  const limits = ['watch', 'fieldSelector', 'labelSelector'].filter((name) => searchParams.has(name))
  return [resource === '' ? pathname : resource, ...limits].join(' ')
}

/** Finds the prober by its command. Reads it repeatedly, because its usage is lost when it ends. */
function watchChildren(): () => Promise<{ cpuSeconds: number; peakBytes: number }> {
  const used = new Map<string, { cpuSeconds: number; peakBytes: number }>()
  const look = async () => {
    const pids = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')
    for (const pid of pids.split(' ').filter(Boolean)) {
      const found = await readProcess(pid).catch(() => null)
      if (found?.command.includes('prober.main')) used.set(pid, found)
    }
  }
  const over = new AbortController()
  const looking = (async () => {
    while (!over.signal.aborted) {
      await look()
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  })()
  return async () => {
    over.abort()
    await looking
    if (used.size === 0) throw new Error('no prober was found, so the cost of the harness is unknown')
    const sum = (figure: 'cpuSeconds' | 'peakBytes') =>
      [...used.values()].reduce((total, one) => total + one[figure], 0)
    return { cpuSeconds: sum('cpuSeconds'), peakBytes: sum('peakBytes') }
  }
}

async function readProcess(pid: string) {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8')
  const [stat, status, command] = await Promise.all([read('stat'), read('status'), read('cmdline')])
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  if (peak === undefined) throw new Error(`process ${pid} has ended`)
  return {
    command,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    peakBytes: Number(peak) * 1024,
  }
}
