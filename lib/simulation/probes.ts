import type { CallOutcome, Sample } from '../record/facts.ts'
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
export interface Probes<Seen> {
  readonly intervalMs: number
  readonly timeoutMs: number
  /** The probes before the first one without an outcome, in the order in which they were due. */
  readonly samples: Sample<Seen>[]
  passTo(nowMs: number): void
  /** Stops sending. */
  end(): void
  readonly open: number
  ended(): { sent: number; error: string | null }
}

interface Sent<Seen> {
  sample: Sample<Seen>
  doneMs: number
  /** What the prober sees if it is answered in time. */
  seen: Seen
  incarnation: Incarnation | null
}

/** What a prober sees in an answer, and in no answer. */
export interface Sight<Seen> {
  answer: (service: Service, good: boolean) => Seen
  silence: Seen
}

export const availability: Sight<boolean> = { answer: (_service, good) => good, silence: false }

/** The proxy of a running service denies the call, unless its mesh has failed open. */
export const denial: Sight<CallOutcome> = {
  answer: ({ running, isOpen }, good) => (running === null ? 'other' : !isOpen ? 'denied' : good ? 'served' : 'other'),
  silence: 'other',
}

export interface ProbeOptions<Seen> {
  sight: Sight<Seen>
  service: Service
  volume: Seeding
  startMs: number
  rateHz: number
  draw: () => number
  /** The time at which a due event happens: later if the machine stalls. */
  happensAt: (dueMs: number) => number
  trouble: ProberTrouble
}

export function startProbes<Seen>(options: ProbeOptions<Seen>): Probes<Seen> {
  const { sight, service, volume, startMs, rateHz, draw, happensAt, trouble } = options
  const intervalMs = 1000 / rateHz
  const samples: Sample<Seen>[] = []
  const open: Sent<Seen>[] = []
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
    const { silence } = sight
    const sample: Sample<Seen> = sentMs > dueMs ? [dueMs, null, silence, round(sentMs)] : [dueMs, null, silence]
    open.push({ sample, doneMs: happensAt(fate.doneMs ?? Infinity), seen: sight.answer(service, good), incarnation })
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
      for (const { sample, doneMs, seen, incarnation } of open) {
        if (Math.min(doneMs, (sample[3] ?? sample[0]) + TIMEOUT_MS) > nowMs) break
        const died = incarnation !== null && incarnation.endedMs < doneMs
        if (!died && doneMs - (sample[3] ?? sample[0]) <= TIMEOUT_MS) {
          sample[1] = round(doneMs)
          sample[2] = seen
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
