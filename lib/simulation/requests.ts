import type { Write } from '../record/facts.ts'
import { planWrite } from '../load/load.ts'
import type { Outcomes } from '../load/outcomes.ts'
import { drawFate, type Incarnation, type Service } from './service.ts'
import { recordOf, type Seeding } from './volume.ts'

/** Timeout of a request, in milliseconds. */
const TIMEOUT_MS = 2000
/** A prime number, as in the load's script, so that the reads visit every slot. */
const READ_STRIDE = 104_729

interface Sent {
  sentMs: number
  applyMs: number
  doneMs: number
  good: boolean
  incarnation: Incarnation | null
  /** Null for a read. */
  write: Write | null
  made: boolean
}

/** The load: three quarters writes and one quarter reads, on a fixed schedule, independent of answers. */
export interface Requests {
  /** Simulates all requests and answers up to a time. */
  passTo(nowMs: number): void
  /** Stops sending. */
  end(): void
  /** The writes in the order in which their outcomes became known. Writes without an outcome come last. */
  writes(): Write[]
  /** The outcomes at the time of the call. Later answers do not change them. */
  conclude(): Outcomes
}

export interface RequestOptions {
  service: Service
  volume: Seeding
  startMs: number
  rate: number
  draw: () => number
  /** The time at which a due event happens: later if the machine stalls. */
  happensAt: (dueMs: number) => number
  /** The time of the host's clock at a true time. */
  stamp: (ms: number) => number
}

export function startRequests({ service, volume, startMs, rate, draw, happensAt, stamp }: RequestOptions): Requests {
  const { seed, seeded } = volume
  const intervalMs = 1000 / rate
  const known: Write[] = []
  const latenciesMs: number[] = []
  const open: Sent[] = []
  let [index, planned, reads, failed] = [0, 0, 0, 0]
  let [ended, concluded] = [false, false]

  const send = (sentMs: number): void => {
    const { running: incarnation } = service
    const fate = drawFate(service, sentMs, draw)
    const [applyMs, good] = [happensAt(fate.applyMs), fate.good]
    const doneMs = fate.doneMs === null ? null : happensAt(fate.doneMs)
    const inTime = doneMs !== null && doneMs - sentMs <= TIMEOUT_MS
    const endMs = Math.ceil(inTime ? doneMs : happensAt(sentMs + TIMEOUT_MS))
    let write: Write | null = null
    let right = true
    if (index % 4 === 3) right = incarnation?.volume.read((reads++ * READ_STRIDE) % seeded).state === 'ok'
    else {
      const { sequence, slot, generation } = planWrite(planned++, seeded)
      write = { sequence, slot, generation, sentMs: stamp(sentMs), acknowledgedMs: null }
    }
    open.push({ sentMs, applyMs, doneMs: endMs, good: good && inTime && right, incarnation, write, made: false })
  }
  const apply = (sent: Sent, nowMs: number): void => {
    const { applyMs, incarnation, write } = sent
    if (sent.made || write === null || incarnation === null) return
    if (applyMs > nowMs || applyMs > incarnation.endedMs) return
    sent.made = true
    incarnation.volume.write(write.slot, recordOf(seed, write.sequence, write.generation, write.slot))
  }
  const finish = ({ sentMs, doneMs, good, incarnation, write }: Sent): void => {
    const answered = good && incarnation !== null && doneMs <= incarnation.endedMs
    latenciesMs.push(doneMs - sentMs)
    if (answered) service.counted++
    else failed++
    if (write === null) return
    if (answered) write.acknowledgedMs = stamp(doneMs)
    known.push(write)
  }
  const openWrites = () => open.flatMap(({ write }) => (write === null ? [] : [write]))
  return {
    passTo(nowMs) {
      if (concluded) return
      for (; !ended; index++) {
        const dueMs = startMs + index * intervalMs
        if (dueMs >= nowMs) break
        // Requests that were due during a stall are not sent later.
        if (happensAt(dueMs) === dueMs) send(Math.ceil(dueMs))
      }
      let done: Sent[] | null = null
      let left = 0
      for (const sent of open) {
        apply(sent, nowMs)
        if (sent.doneMs <= nowMs) (done ??= []).push(sent)
        else open[left++] = sent
      }
      open.length = left
      done?.sort((one, other) => one.doneMs - other.doneMs).forEach(finish)
    },
    end() {
      ended = true
    },
    writes: () => [...known, ...openWrites()],
    conclude() {
      concluded = true
      const writes = openWrites()
      const durationMs = index * intervalMs
      const counts = { requests: latenciesMs.length, failed, latenciesMs, durationMs, lastMs: startMs + durationMs }
      return { writes: [...known, ...writes], open: writes, torn: false, ...counts }
    },
  }
}
