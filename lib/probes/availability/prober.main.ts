/** The prober's process: apart from the drills, so that their work does not hold it up. */
import { readSettings } from '../../system/child-settings.ts'
import { writeMessage } from '../../output/messages.ts'
import type { ProbeSample } from '../../record/facts.ts'
import { watchAttention } from './attention.ts'
import { goFirst } from './go-first.ts'
import { now } from './monotonic.ts'
import { type Outcome, startProbe } from './probe.ts'
import type { ProberLine, ProberSettings } from './protocol.ts'

/** A prime, so that the probes come by every slot. */
const STRIDE = 7919
const BATCH_MS = 1000
/** A probe that is sent within this of when it was due is on time; else its sample says when it was sent. */
const PUNCTUAL_MS = 2

const settings = await readSettings<ProberSettings>()
const intervalMs = 1000 / settings.rateHz

// A clock that is set must not move the probes.
const readDrift = () => Date.now() - now()
const startedMs = now()
const startDriftMs = readDrift()
const due = (index: number) => startedMs + index * intervalMs

interface Sent {
  dueMs: number
  sentMs: number
  /** How much attention had been missed when it was sent. */
  missedMs: number
  /** What to tell of it: null where nothing is known, undefined while it is under way. */
  sample: ProbeSample | null | undefined
  abandon: () => void
}

const attention = watchAttention()
/** Probes that were not told of yet, in the order they were due. */
let waiting: Sent[] = []
let index = 0
let told = 0
let skipped = 0
let latestMs = 0

function sendDue(): void {
  for (; due(index) <= now(); index++) {
    const lateMs = now() - due(index)
    latestMs = Math.max(latestMs, lateMs)
    if (lateMs >= settings.timeoutMs) skipped++
    else send(due(index), ((index % settings.seeded) * STRIDE) % settings.seeded)
  }
}

function send(dueMs: number, slot: number): void {
  const sentMs = now()
  const missedMs = attention.missedMs(sentMs)
  const probe: Sent = { dueMs, sentMs, missedMs, sample: undefined, abandon: () => undefined }
  waiting.push(probe)
  const { abandon } = startProbe(settings.route, settings, slot, (outcome) => {
    conclude(probe, outcome)
  })
  probe.abandon = abandon
}

/** How much of the time since a probe was sent this process did not look. */
const findMissed = (probe: Sent): number => attention.missedMs(now()) - probe.missedMs

/**
 * Where this process did not look, an answer that was read too late may have come in time, and a connection that was cut
 * may have been cut because this end of it said nothing: then nothing is known of the service.
 */
function conclude(probe: Sent, outcome: Outcome): void {
  const answeredMs = now()
  const missedMs = findMissed(probe)
  const answered = outcome === 'right' || outcome === 'wrong'
  const inTime = answeredMs - probe.sentMs <= settings.timeoutMs
  const known = answered ? inTime || missedMs === 0 : outcome === 'refused' || missedMs < settings.timeoutMs / 2
  if (outcome === 'not asked' || !known) probe.sample = null
  else probe.sample = describe(probe, answered && inTime ? answeredMs : null, inTime && outcome === 'right')
}

/** A bound never gets narrower by being rounded. */
function describe({ dueMs, sentMs }: Sent, answeredMs: number | null, right: boolean): ProbeSample {
  const [dueAt, sentAt] = [floor(dueMs), floor(sentMs)]
  const answeredAt = answeredMs === null ? null : Math.ceil(answeredMs * 10) / 10
  return sentAt - dueAt <= PUNCTUAL_MS ? [dueAt, answeredAt, right] : [dueAt, answeredAt, right, sentAt]
}

const floor = (ms: number) => Math.floor(ms * 10) / 10

/** A client waits so long, and this process as much longer as it did not look: an answer that is there by then is read first. */
function expire(): void {
  for (const probe of waiting) {
    const waitedMs = now() - probe.sentMs - findMissed(probe)
    // Those behind were sent later.
    if (waitedMs < settings.timeoutMs) break
    if (probe.sample !== undefined) continue
    probe.abandon()
    probe.sample = describe(probe, null, false)
  }
}

function emit(line: ProberLine): void {
  writeMessage(line)
}

function emitKnown(): void {
  const open = waiting.findIndex(({ sample }) => sample === undefined)
  const ended = open === -1 ? waiting : waiting.slice(0, open)
  waiting = open === -1 ? [] : waiting.slice(open)
  const samples = ended.flatMap(({ sample }) => (sample ? [sample] : []))
  skipped += ended.length - samples.length
  told += samples.length
  if (samples.length > 0) emit({ samples })
}

async function run(): Promise<void> {
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
    expire()
    if (sending) sendDue()
    else if (waiting.every(({ sample }) => sample !== undefined)) {
      finish()
      return
    }
    if (now() - startedMs >= settings.longestMs) stop('longest')
    const nextMs = sending ? due(index) : now() + intervalMs
    attention.look(now(), nextMs)
    setTimeout(tick, Math.max(0, nextMs - now()))
  }
  tick()
  const batches = setInterval(emitKnown, BATCH_MS)
  const ended = await stopped
  sending = false
  await finished
  clearInterval(batches)
  emitKnown()
  const { user, system } = process.cpuUsage()
  const driftMs = floor(readDrift() - startDriftMs)
  process.stdin.destroy()
  emit({ ended, sent: told, skipped, latestMs: floor(latestMs), driftMs, cpuMs: Math.round((user + system) / 1000) })
}

if (settings.goesFirst) goFirst()
await run()
