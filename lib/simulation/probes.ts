import type { ProbeSample } from '../record/facts.ts'
import { drawFate, type Incarnation, type Service } from './service.ts'
import type { Seeding } from './volume.ts'

const TIMEOUT_MS = 1000
/** A prime number, as in the real prober, so that the probes visit every slot. */
const STRIDE = 7919

/** Faults of the prober itself. Times count from its start. */
export interface ProberTrouble {
  /** The prober stalls: probes that are due meanwhile are sent late, or not at all. */
  stall: { afterMs: number; durationMs: number } | null
  crashAfterMs: number | null
}

/** Reads on a fixed schedule. Each is timed from the time at which it was due. */
export interface Probes {
  readonly intervalMs: number
  readonly timeoutMs: number
  /** The probes before the first one without an outcome, in the order in which they were due. */
  readonly samples: ProbeSample[]
  passTo(nowMs: number): void
  /** Stops sending. */
  end(): void
  readonly open: number
  ended(): { sent: number; error: string | null }
}

interface Sent {
  sample: ProbeSample
  doneMs: number
  good: boolean
  incarnation: Incarnation | null
}

export interface ProbeOptions {
  service: Service
  volume: Seeding
  startMs: number
  rateHz: number
  draw: () => number
  /** The time at which a due event happens: later if the machine stalls. */
  happensAt: (dueMs: number) => number
  trouble: ProberTrouble
}

export function startProbes({ service, volume, startMs, rateHz, draw, happensAt, trouble }: ProbeOptions): Probes {
  const intervalMs = 1000 / rateHz
  const samples: ProbeSample[] = []
  const open: Sent[] = []
  const stalledMs = trouble.stall && startMs + trouble.stall.afterMs
  const crashMs = startMs + (trouble.crashAfterMs ?? Infinity)
  let [index, sent, ended, crashed] = [0, 0, false, false]

  /** The time at which a due probe is sent; null if it is never sent. */
  const sendAt = (dueMs: number): number | null => {
    const resumedMs = stalledMs !== null && dueMs >= stalledMs ? stalledMs + (trouble.stall?.durationMs ?? 0) : dueMs
    const sentMs = happensAt(Math.max(dueMs, resumedMs))
    return sentMs - dueMs < TIMEOUT_MS ? sentMs : null
  }
  const send = (dueMs: number, sentMs: number): void => {
    const slot = ((index % volume.seeded) * STRIDE) % volume.seeded
    const { running: incarnation } = service
    const fate = drawFate(service, sentMs, draw)
    const good = fate.good && incarnation?.volume.read(slot).state === 'ok'
    const sample: ProbeSample = sentMs > dueMs ? [dueMs, null, false, round(sentMs)] : [dueMs, null, false]
    open.push({ sample, doneMs: happensAt(fate.doneMs ?? Infinity), good, incarnation })
    sent++
  }
  return {
    intervalMs,
    timeoutMs: TIMEOUT_MS,
    samples,
    passTo(nowMs) {
      crashed ||= !ended && nowMs >= crashMs
      for (; !ended; index++) {
        const dueMs = round(startMs + index * intervalMs)
        const sentMs = sendAt(dueMs)
        if (dueMs >= Math.min(nowMs, crashMs) || (sentMs ?? 0) > nowMs) break
        if (sentMs !== null) send(dueMs, sentMs)
      }
      let known = 0
      for (const { sample, doneMs, good, incarnation } of open) {
        if (Math.min(doneMs, (sample[3] ?? sample[0]) + TIMEOUT_MS) > nowMs) break
        const died = incarnation !== null && incarnation.endedMs < doneMs
        if (!died && doneMs - (sample[3] ?? sample[0]) <= TIMEOUT_MS) {
          sample[1] = round(doneMs)
          sample[2] = good
        }
        samples.push(sample)
        known++
      }
      if (known > 0) open.splice(0, known)
    },
    end() {
      ended = true
    },
    get open() {
      return open.length
    },
    ended: () => ({ sent, error: crashed ? 'the prober crashed (signal SIGKILL)' : null }),
  }
}

const round = (ms: number): number => Math.round(ms * 10) / 10
