import { PassThrough } from 'node:stream'
import { createInterface } from 'node:readline'
import { Exec } from '@kubernetes/client-node'
import { messageOf } from '../system/file-error.ts'
import type { KubeClient } from './client.ts'
import type { ExecTarget } from './exec.ts'

/** By how much a clock is ahead of this machine's, in milliseconds: it lies between the two. */
export interface ClockAhead {
  low: number
  high: number
}

/** Of the connection's many members, the one that is used. */
interface Socket {
  close: () => void
}

/** So many turns of a second are looked at, until one is known well: a machine may be busy for a moment. */
const TURNS = 5
const GOOD_MS = 25
const PATIENCE_MS = 10_000
/** By so much two clocks may part while a drill runs; more is a clock that was set. */
const DRIFT_MS = 5
/** A clock that is known no better tells nothing of an outage. */
const WIDEST_MS = 60

/**
 * Measures the clock of a container's node, by nothing but `sh` and `date`: it is asked for the second, over and over, until
 * that turns. The turn came after the last question with the old answer was sent, and before the first new answer was here.
 * The turn that is known best counts. What the clocks may drift apart from then on is added. Errors: no answer in time, or
 * none that is a second; a machine too busy to tell.
 */
export async function measureClock(kube: KubeClient, target: ExecTarget): Promise<ClockAhead> {
  const asked = new PassThrough()
  const answered = new PassThrough()
  const { namespace, pod, container } = target
  const command = ['sh', '-c', 'while read -r _; do date +%s; done']
  const exec = new Exec(kube.config)
  const socket = (await exec.exec(namespace, pod, container, command, answered, null, asked, false)) as Socket
  const where = `the clock of pod ${namespace}/${pod}`
  const lines = createInterface({ input: answered })[Symbol.asyncIterator]()
  const timer = setTimeout(() => answered.end(), PATIENCE_MS)
  const ask = async () => {
    const sentMs = Date.now()
    asked.write('\n')
    const { value } = (await lines.next()) as { value?: string }
    if (!/^\d{10,}$/.test(value ?? ''))
      throw new Error(`${where}: "date +%s" said ${JSON.stringify(value ?? 'nothing')}`)
    return { sentMs, heardMs: Date.now(), second: Number(value) }
  }
  try {
    let best: ClockAhead | null = null
    let before = await ask()
    for (let turns = 0; turns < TURNS && widthOf(best) > GOOD_MS;) {
      const now = await ask()
      if (now.second !== before.second) {
        const seen = aheadOf(now.second * 1000, [before.sentMs, now.heardMs])
        if (widthOf(seen) < widthOf(best)) best = seen
        turns++
      }
      before = now
    }
    return requireNarrow(where, best)
  } finally {
    clearTimeout(timer)
    socket.close()
  }
}

const widthOf = (ahead: ClockAhead | null): number => (ahead === null ? Infinity : ahead.high - ahead.low)

/** Of a clock that turned to `turnMs` between the two times of this machine's. */
export const aheadOf = (turnMs: number, [sentMs, heardMs]: [number, number]): ClockAhead => ({
  low: turnMs - heardMs - DRIFT_MS,
  high: turnMs - sentMs + DRIFT_MS,
})

export function requireNarrow(where: string, ahead: ClockAhead | null): ClockAhead {
  if (ahead !== null && widthOf(ahead) <= WIDEST_MS) return ahead
  throw new Error(
    `${where} is known to ${widthOf(ahead)} ms only, where at most ${WIDEST_MS} ms tell anything: the cluster or this machine is too busy`,
  )
}

/** What a clock was measured to be before must hold after. Errors: it was set, or drifted, meanwhile. */
export function requireSteady(before: ClockAhead, after: ClockAhead): void {
  if (before.low <= after.high && after.low <= before.high) return
  const apart = Math.max(before.low - after.high, after.low - before.high)
  throw new Error(`a node's clock was set, or drifted, by ${apart} ms or more while it was relied on`)
}

/** Measures a clock once more, after it was relied on. Returns why it was not to be, else null. */
export async function findUnsteady(kube: KubeClient, target: ExecTarget, before: ClockAhead): Promise<string | null> {
  try {
    requireSteady(before, await measureClock(kube, target))
    return null
  } catch (error) {
    return messageOf(error)
  }
}

/** By this machine's clock: the earliest time at which the other one can have shown `ms`, and the latest. */
export const earliest = (ms: number, { high }: ClockAhead): number => ms - high
export const latest = (ms: number, { low }: ClockAhead): number => ms - low
