import { readSettings } from '../../system/child-settings.ts'
import { writeMessage } from '../../output/print.ts'
import type { ProbeSample } from '../../record/facts.ts'
import { watchAttention } from './attention.ts'
import { goFirst } from './protocol.ts'
import { type Dataset, type Outcome, type Probe, startProbe } from './probe.ts'
import type { ProberLine, ProberSettings } from './protocol.ts'

/**
 * Milliseconds since the epoch by a clock that nobody can set: this process reads the wall's once, and the monotonic one from
 * then on.
 */
export const now = (): number => performance.timeOrigin + performance.now()

/** The probes of a workload, by their number from 0, for what its service was filled with. */
export type ProbesOf = (dataset: Dataset) => (index: number) => Probe

/** Main function of a prober's process, which is apart from the drills so that their work does not hold it up. */
export async function runProber(probesOf: ProbesOf): Promise<void> {
  const settings = await readSettings<ProberSettings>()
  if (settings.goesFirst) goFirst()
  await new Prober(settings, probesOf(settings)).run()
}

const BATCH_MS = 1000
/** A probe that is sent within this of when it was due is on time; else its sample says when it was sent. */
const PUNCTUAL_MS = 2

// A clock that is set must not move the probes.
const readDrift = () => Date.now() - now()

interface Sent {
  dueMs: number
  sentMs: number
  /** How much attention had been missed when it was sent. */
  missedMs: number
  /** Its sample; null if nothing is known of it, undefined while it is under way. */
  sample: ProbeSample | null | undefined
  abandon: () => void
}

class Prober {
  private readonly settings: ProberSettings
  private readonly probe: (index: number) => Probe
  private readonly intervalMs: number
  private readonly startedMs = now()
  private readonly startDriftMs = readDrift()
  private readonly attention = watchAttention()
  /** Probes whose samples were not written yet, in the order they were due. */
  private waiting: Sent[] = []
  private index = 0
  private told = 0
  private skipped = 0
  private latestMs = 0

  constructor(settings: ProberSettings, probe: (index: number) => Probe) {
    this.settings = settings
    this.probe = probe
    this.intervalMs = 1000 / settings.rateHz
  }

  async run(): Promise<void> {
    let stop: (ended: 'asked' | 'longest') => void = () => undefined
    const stopped = new Promise<'asked' | 'longest'>((resolve) => (stop = resolve))
    process.stdin.resume().once('close', () => {
      stop('asked')
    })
    // In a pod nobody closes its input.
    process.once('SIGTERM', () => {
      stop('asked')
    })
    let sending = true
    let finish: () => void = () => undefined
    const finished = new Promise<void>((resolve) => (finish = resolve))
    const tick = () => {
      this.expire()
      if (sending) this.sendDue()
      else if (this.waiting.every(({ sample }) => sample !== undefined)) {
        finish()
        return
      }
      if (now() - this.startedMs >= this.settings.longestMs) stop('longest')
      const nextMs = sending ? this.due() : now() + this.intervalMs
      this.attention.look(now(), nextMs)
      setTimeout(tick, Math.max(0, nextMs - now()))
    }
    tick()
    const batches = setInterval(() => {
      this.emitKnown()
    }, BATCH_MS)
    const ended = await stopped
    sending = false
    await finished
    clearInterval(batches)
    this.emitKnown()
    process.stdin.destroy()
    emit(this.totals(ended))
  }

  /** When the next probe is due. */
  private due(): number {
    return this.startedMs + this.index * this.intervalMs
  }

  private sendDue(): void {
    for (; this.due() <= now(); this.index++) {
      const lateMs = now() - this.due()
      this.latestMs = Math.max(this.latestMs, lateMs)
      if (lateMs >= this.settings.timeoutMs) this.skipped++
      else this.send(this.due(), this.probe(this.index))
    }
  }

  private send(dueMs: number, probe: Probe): void {
    const sentMs = now()
    const missedMs = this.attention.missedMs(sentMs)
    const sent: Sent = { dueMs, sentMs, missedMs, sample: undefined, abandon: () => undefined }
    this.waiting.push(sent)
    const { abandon } = startProbe(this.settings.route, probe, (outcome) => {
      this.conclude(sent, outcome)
    })
    sent.abandon = abandon
  }

  /** How much of the time since a probe was sent this process did not look. */
  private findMissed(probe: Sent): number {
    return this.attention.missedMs(now()) - probe.missedMs
  }

  /**
   * Where this process did not look, an answer that was read too late may have come in time, and a connection that was cut
   * may have been cut because this end of it said nothing: then nothing is known of the service.
   */
  private conclude(probe: Sent, outcome: Outcome): void {
    const { timeoutMs } = this.settings
    const answeredMs = now()
    const missedMs = this.findMissed(probe)
    const answered = outcome === 'right' || outcome === 'wrong'
    const inTime = answeredMs - probe.sentMs <= timeoutMs
    const known = answered ? inTime || missedMs === 0 : outcome === 'refused' || missedMs < timeoutMs / 2
    if (outcome === 'not asked' || !known) probe.sample = null
    else probe.sample = describe(probe, answered && inTime ? answeredMs : null, inTime && outcome === 'right')
  }

  /** A client waits so long, and this process as much longer as it did not look: an answer that is there by then is read first. */
  private expire(): void {
    for (const probe of this.waiting) {
      const waitedMs = now() - probe.sentMs - this.findMissed(probe)
      // Those behind were sent later.
      if (waitedMs < this.settings.timeoutMs) break
      if (probe.sample !== undefined) continue
      probe.abandon()
      probe.sample = describe(probe, null, false)
    }
  }

  private emitKnown(): void {
    const open = this.waiting.findIndex(({ sample }) => sample === undefined)
    const ended = open === -1 ? this.waiting : this.waiting.slice(0, open)
    this.waiting = open === -1 ? [] : this.waiting.slice(open)
    const samples = ended.flatMap(({ sample }) => (sample ? [sample] : []))
    this.skipped += ended.length - samples.length
    this.told += samples.length
    if (samples.length > 0) emit({ samples })
  }

  private totals(ended: 'asked' | 'longest'): ProberLine {
    const { user, system } = process.cpuUsage()
    return {
      ended,
      sent: this.told,
      skipped: this.skipped,
      latestMs: floor(this.latestMs),
      driftMs: floor(readDrift() - this.startDriftMs),
      cpuMs: Math.round((user + system) / 1000),
    }
  }
}

/** A bound never gets narrower by being rounded. */
function describe({ dueMs, sentMs }: Sent, answeredMs: number | null, right: boolean): ProbeSample {
  const [dueAt, sentAt] = [floor(dueMs), floor(sentMs)]
  const answeredAt = answeredMs === null ? null : Math.ceil(answeredMs * 10) / 10
  return sentAt - dueAt <= PUNCTUAL_MS ? [dueAt, answeredAt, right] : [dueAt, answeredAt, right, sentAt]
}

const floor = (ms: number) => Math.floor(ms * 10) / 10

function emit(line: ProberLine): void {
  writeMessage(line)
}
