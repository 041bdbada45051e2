/** The prober's process: apart from the drills, so that their work does not hold it up. */
import type { ProbeSample } from '../../record/facts.ts'
import { probe } from './probe.ts'
import type { ProberLine, ProberSettings } from './protocol.ts'

/** A prime, so that the probes come by every slot. */
const STRIDE = 7919
const BATCH_MS = 1000

const settings = JSON.parse(process.argv[2] ?? '') as ProberSettings
const intervalMs = 1000 / settings.rateHz

// One reading of the wall clock, then the monotonic one: a clock that is set must not move the probes.
const epochMs = Date.now() - performance.now()
const now = () => epochMs + performance.now()
const startedMs = now()
const due = (index: number) => startedMs + index * intervalMs

interface Sent {
  sample: ProbeSample
  known: boolean
}

const waiting: Sent[] = []
const outstanding = new Set<Promise<void>>()
let index = 0
let sent = 0
let skipped = 0
let latestMs = 0

function sendDue(): void {
  for (; due(index) <= now(); index++) {
    const lateMs = now() - due(index)
    if (lateMs >= settings.timeoutMs) {
      skipped++
      continue
    }
    latestMs = Math.max(latestMs, lateMs)
    sent++
    const sending = sendOne(due(index), index % settings.seeded)
    outstanding.add(sending)
    void sending.then(() => outstanding.delete(sending))
  }
}

async function sendOne(dueMs: number, turn: number): Promise<void> {
  const entry: Sent = { sample: [round(dueMs), null, false], known: false }
  waiting.push(entry)
  const slot = (turn * STRIDE) % settings.seeded
  const { answered, right } = await probe(settings.route, settings, slot, dueMs + settings.timeoutMs - now())
  const answeredMs = now()
  const inTime = answered && answeredMs - dueMs <= settings.timeoutMs
  entry.sample = [round(dueMs), inTime ? round(answeredMs) : null, inTime && right]
  entry.known = true
}

const round = (ms: number) => Math.round(ms * 10) / 10

function emit(line: ProberLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function emitKnown(): void {
  const unknown = waiting.findIndex(({ known }) => !known)
  const known = waiting.splice(0, unknown === -1 ? waiting.length : unknown)
  if (known.length > 0) emit({ samples: known.map(({ sample }) => sample) })
}

async function run(): Promise<void> {
  let stop: (ended: 'asked' | 'longest') => void = () => undefined
  const stopped = new Promise<'asked' | 'longest'>((resolve) => (stop = resolve))
  process.stdin.resume().once('close', () => {
    stop('asked')
  })
  let timer = setTimeout(function tick() {
    sendDue()
    if (now() - startedMs >= settings.longestMs) stop('longest')
    timer = setTimeout(tick, Math.max(0, due(index) - now()))
  }, 0)
  const batches = setInterval(emitKnown, BATCH_MS)
  const ended = await stopped
  clearTimeout(timer)
  clearInterval(batches)
  await Promise.all(outstanding)
  emitKnown()
  emit({ ended, sent, skipped, latestMs: round(latestMs) })
}

await run()
