import { readSettings } from '../../system/child-settings.ts'
import { writeMessage } from '../../output/print.ts'
import type { CallOutcome, Sample } from '../../record/facts.ts'
import { createStallMeter } from './stall-meter.ts'
import { raisePriority } from './protocol.ts'
import { type Dataset, type Outcome, type Probe, startProbe } from './probe.ts'
import type { ProberLine, ProberSettings } from './protocol.ts'

/**
 * Milliseconds since the epoch by a clock that cannot be set: this process reads the wall clock once, and then only the
 * monotonic clock.
 */
export const now = (): number => performance.timeOrigin + performance.now()

/** The probes of a workload for a dataset, by index from 0. */
export type ProbesOf = (dataset: Dataset) => (index: number) => Probe

/** Main function of a prober's process. It is a separate process, so that the work of drills does not delay it. */
export async function runProber(probesOf: ProbesOf): Promise<void> {
  const settings = await readSettings<ProberSettings>()
  if (settings.highPriority) raisePriority()
  const probes = probesOf(settings)
  const prober =
    settings.denied === undefined ? new Prober(settings, probes, isRight) : new Prober(settings, probes, nameCall)
  await prober.run()
}

/** What a sample says of an outcome. `isLate`: it came after the timeout of a client. */
type See<Seen> = (outcome: Outcome, isLate: boolean) => Seen

const isRight: See<boolean> = (outcome, isLate) => outcome === 'right' && !isLate

/** A call that must be denied was served, or was denied, however late that was. */
const nameCall: See<CallOutcome> = (outcome) =>
  outcome === 'right' ? 'served' : outcome === 'denied' ? 'denied' : 'other'

const BATCH_MS = 1000
/** Maximum delay of a punctual probe, in milliseconds. The sample of a later one has the time at which it was sent. */
const PUNCTUAL_MS = 2

// A change of the wall clock must not move the probes.
const readDrift = () => Date.now() - now()

interface Sent<Seen> {
  dueMs: number
  sentMs: number
  /** Milliseconds that this process had stalled before the probe was sent. */
  stalledMs: number
  /** Its sample. Null if the result is unknown, undefined while the probe is in flight. */
  sample: Sample<Seen> | null | undefined
  abandon: () => void
}

class Prober<Seen> {
  private readonly settings: ProberSettings
  private readonly probe: (index: number) => Probe
  private readonly see: See<Seen>
  private readonly intervalMs: number
  private readonly startedMs = now()
  private readonly startDriftMs = readDrift()
  private readonly stalls = createStallMeter()
  /** Probes without a written sample, in the order in which they were due. */
  private waiting: Sent<Seen>[] = []
  private index = 0
  private reported = 0
  private skipped = 0
  private latestMs = 0

  constructor(settings: ProberSettings, probe: (index: number) => Probe, see: See<Seen>) {
    this.settings = settings
    this.probe = probe
    this.see = see
    this.intervalMs = 1000 / settings.rateHz
  }

  async run(): Promise<void> {
    let stop: (ended: 'asked' | 'longest') => void = () => undefined
    const stopped = new Promise<'asked' | 'longest'>((resolve) => (stop = resolve))
    process.stdin.resume().once('close', () => {
      stop('asked')
    })
    // In a pod the input is never closed.
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
      this.stalls.tick(now(), nextMs)
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

  /** Time at which the next probe is due. */
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
    const stalledMs = this.stalls.stalledMs(sentMs)
    const sent: Sent<Seen> = { dueMs, sentMs, stalledMs, sample: undefined, abandon: () => undefined }
    this.waiting.push(sent)
    const { route, denied = null } = this.settings
    const done = (outcome: Outcome) => {
      this.conclude(sent, outcome)
    }
    const { abandon } = startProbe(route, probe, done, denied)
    sent.abandon = abandon
  }

  /** Milliseconds that this process has stalled since a probe was sent. */
  private stalledSince(probe: Sent<Seen>): number {
    return this.stalls.stalledMs(now()) - probe.stalledMs
  }

  /**
   * Records the outcome of a probe. If this process stalled, a late answer may have arrived in time, and a connection may have
   * been cut because this process did not send. Then the state of the service is unknown.
   */
  private conclude(probe: Sent<Seen>, outcome: Outcome): void {
    const { timeoutMs } = this.settings
    const answeredMs = now()
    const stalledMs = this.stalledSince(probe)
    const answered = outcome === 'right' || outcome === 'denied' || outcome === 'wrong'
    const inTime = answeredMs - probe.sentMs <= timeoutMs
    const known = answered ? inTime || stalledMs === 0 : outcome === 'refused' || stalledMs < timeoutMs / 2
    if (outcome === 'not asked' || !known) probe.sample = null
    else probe.sample = describe(probe, answered && inTime ? answeredMs : null, this.see(outcome, !inTime))
  }

  /** Ends probes after the timeout plus the stalls of this process, so that answers that arrived during a stall are read first. */
  private expire(): void {
    for (const probe of this.waiting) {
      const waitedMs = now() - probe.sentMs - this.stalledSince(probe)
      // The following probes were sent later.
      if (waitedMs < this.settings.timeoutMs) break
      if (probe.sample !== undefined) continue
      probe.abandon()
      probe.sample = describe(probe, null, this.see('cut', true))
    }
  }

  private emitKnown(): void {
    const open = this.waiting.findIndex(({ sample }) => sample === undefined)
    const ended = open === -1 ? this.waiting : this.waiting.slice(0, open)
    this.waiting = open === -1 ? [] : this.waiting.slice(open)
    const samples = ended.flatMap(({ sample }) => (sample ? [sample] : []))
    this.skipped += ended.length - samples.length
    this.reported += samples.length
    if (samples.length > 0) emit({ samples })
  }

  private totals(ended: 'asked' | 'longest'): ProberLine<Sample<Seen>> {
    const { user, system } = process.cpuUsage()
    return {
      ended,
      sent: this.reported,
      skipped: this.skipped,
      latestMs: floor(this.latestMs),
      driftMs: floor(readDrift() - this.startDriftMs),
      cpuMs: Math.round((user + system) / 1000),
    }
  }
}

/** Builds a sample. Rounding never makes its interval narrower. */
function describe<Seen>({ dueMs, sentMs }: Sent<Seen>, answeredMs: number | null, seen: Seen): Sample<Seen> {
  const [dueAt, sentAt] = [floor(dueMs), floor(sentMs)]
  const answeredAt = answeredMs === null ? null : Math.ceil(answeredMs * 10) / 10
  return sentAt - dueAt <= PUNCTUAL_MS ? [dueAt, answeredAt, seen] : [dueAt, answeredAt, seen, sentAt]
}

const floor = (ms: number) => Math.floor(ms * 10) / 10

function emit(line: ProberLine<Sample<unknown>>): void {
  writeMessage(line)
}
