import { PassThrough } from 'node:stream'
import { createInterface } from 'node:readline'
import { clientLibrary } from './library.ts'
import { messageOf } from '../system/file-error.ts'
import type { KubeClient } from './client.ts'
import type { ExecTarget } from './exec.ts'

/** Offset of a clock from this machine's clock, in milliseconds, as an interval. Positive: the clock is ahead. */
export interface ClockOffset {
  low: number
  high: number
}

/** The used part of the connection. */
interface Socket {
  close: () => void
}

/** Number of measured changes of the second. The measurement ends earlier if one is precise to `GOOD_WIDTH_MS`. */
const MAX_CHANGES = 5
const GOOD_WIDTH_MS = 25
const TIMEOUT_MS = 10_000
/** Maximum clock drift during a drill. A larger difference means that someone set a clock. */
const DRIFT_MS = 5
/** Maximum width of the interval. A less precise offset cannot measure an outage. */
const MAX_WIDTH_MS = 60

/**
 * Measures the clock of a container's node with `sh` and `date`. It requests the second until the second changes. The change
 * happened after the last request with the old second was sent, and before the first answer with the new second arrived. The most
 * precise change counts, plus the maximum drift. Errors: no answer in time, an answer that is not a second, or a machine that is
 * too busy.
 */
export async function measureClock(kube: KubeClient, target: ExecTarget): Promise<ClockOffset> {
  const input = new PassThrough()
  const output = new PassThrough()
  const { namespace, pod, container } = target
  const command = ['sh', '-c', 'while read -r _; do date +%s; done']
  const exec = new (clientLibrary().Exec)(kube.config)
  const socket = (await exec.exec(namespace, pod, container, command, output, null, input, false)) as Socket
  const where = `clock of pod "${pod}" in namespace "${namespace}"`
  const lines = createInterface({ input: output })[Symbol.asyncIterator]()
  const timer = setTimeout(() => output.end(), TIMEOUT_MS)
  const readSecond = async () => {
    const sentMs = Date.now()
    input.write('\n')
    const { value } = (await lines.next()) as { value?: string }
    if (!/^\d{10,}$/.test(value ?? ''))
      throw new Error(`${where} cannot be read: "date +%s" printed ${JSON.stringify(value ?? 'nothing')}`)
    return { sentMs, receivedMs: Date.now(), second: Number(value) }
  }
  try {
    let best: ClockOffset | null = null
    let before = await readSecond()
    for (let changes = 0; changes < MAX_CHANGES && widthOf(best) > GOOD_WIDTH_MS;) {
      const now = await readSecond()
      if (now.second !== before.second) {
        const offset = offsetOf(now.second * 1000, [before.sentMs, now.receivedMs])
        if (widthOf(offset) < widthOf(best)) best = offset
        changes++
      }
      before = now
    }
    return requirePrecise(where, best)
  } finally {
    clearTimeout(timer)
    socket.close()
  }
}

const widthOf = (offset: ClockOffset | null): number => (offset === null ? Infinity : offset.high - offset.low)

/** Offset of a clock that changed to `changeMs` between the two times of this machine. */
export const offsetOf = (changeMs: number, [sentMs, receivedMs]: [number, number]): ClockOffset => ({
  low: changeMs - receivedMs - DRIFT_MS,
  high: changeMs - sentMs + DRIFT_MS,
})

export function requirePrecise(where: string, offset: ClockOffset | null): ClockOffset {
  if (offset !== null && widthOf(offset) <= MAX_WIDTH_MS) return offset
  throw new Error(
    `${where} was measured with an uncertainty of ${widthOf(offset)} ms; the limit is ${MAX_WIDTH_MS} ms. ` +
      `The cluster or this machine is too busy. Next: end other work on them and run again`,
  )
}

/** Compares the offsets before and after a measurement. Fails if the clock was set or drifted in between. */
export function requireSteady(before: ClockOffset, after: ClockOffset): void {
  if (before.low <= after.high && after.low <= before.high) return
  const apart = Math.max(before.low - after.high, after.low - before.high)
  throw new Error(`a node's clock was set or drifted by at least ${apart} ms during the measurement`)
}

/** Measures a clock again after its use. Returns why it was not reliable, else null. */
export async function findUnsteady(kube: KubeClient, target: ExecTarget, before: ClockOffset): Promise<string | null> {
  try {
    requireSteady(before, await measureClock(kube, target))
    return null
  } catch (error) {
    return messageOf(error)
  }
}

/** The earliest and the latest time on this machine's clock at which the other clock can have shown `ms`. */
export const earliest = (ms: number, { high }: ClockOffset): number => ms - high
export const latest = (ms: number, { low }: ClockOffset): number => ms - low
