import type { Write } from '../../../../lib/record/facts.ts'

/** Number of records from before the load. */
export const seeded = 16
/** Files of eight slots each. */
export const fileOf = (slot: number): string => `file-${Math.floor(slot / 8)}`

const startMs = 1_700_000_000_000
const slotCount = 40
/** A slot that no run writes to. */
export const freeSlot = slotCount
/** The client gives up after 2 s. The service may make the write a little later. */
const giveUpMs = 2000
const latestMs = 2900

/** The way in which the backup reads the volume. */
export type Copying = 'at once' | 'file by file'

export interface Run {
  writes: Write[]
  /** Content of each written slot at the end. -1 is empty. */
  held: Map<number, number>
  restoreMs: number | null
  /** The moment of the restored state. Null if it has none, or if nothing was restored. */
  pointMs: number | null
  /** No write is sent before this time. */
  startMs: number
}

interface Sent extends Write {
  /** Time at which the service makes the write, unless it refuses it. Infinity if it never does. */
  madeMs: number
}

type Draw = () => number
const between = (draw: Draw, low: number, high: number): number => low + draw() * (high - low)

/**
 * Simulates a service with concurrent clients. It crashes, is restored from a backup (or only restarts if `copying` is
 * null), and continues. It makes each write at one moment between its sending and its answer, and refuses a sequence
 * below the one in the slot. Internal times are exact. The clients read a clock of whole milliseconds.
 */
export function runService(draw: Draw, copying: Copying | null): Run {
  const crashMs = startMs + between(draw, 300, 700)
  const restoreMs = crashMs + (draw() < 0.4 ? 0 : between(draw, 1, 4000))
  const restoredMs = restoreMs + between(draw, 20, 300)
  const endMs = restoredMs + (draw() < 0.3 ? 0 : between(draw, 50, 300))
  const sent = sendWrites(draw, { crashMs, restoredMs, endMs })
  const backupMs = between(draw, startMs, crashMs)
  // The last file is read before the crash.
  const lag = copying === 'file by file' ? between(draw, 0, (crashMs - backupMs) / 5) : 0
  const order = createRandomOrder(draw, 5)
  const copiedMs = (slot: number) => backupMs + lag * (order[Math.floor(slot / 8)] ?? 0)

  let held = new Map<number, number>()
  const copied = new Map<number, number>()
  let away = copying !== null
  for (const write of sent.toSorted((one, other) => one.madeMs - other.madeMs)) {
    const { slot, sequence, madeMs } = write
    if (madeMs === Infinity) continue
    if (away && madeMs >= restoredMs) [held, away] = [new Map(copied), false]
    if (sequence < (held.get(slot) ?? -1)) {
      write.acknowledgedMs = null
      continue
    }
    held.set(slot, sequence)
    if (madeMs < copiedMs(slot)) copied.set(slot, sequence)
  }
  if (away) held = copied
  return {
    writes: sent.map(({ sequence, slot, generation, sentMs, acknowledgedMs }) => {
      return { sequence, slot, generation, sentMs, acknowledgedMs }
    }),
    held: new Map(sent.map(({ slot }) => [slot, held.get(slot) ?? (slot < seeded ? slot : -1)])),
    restoreMs: copying === null ? null : Math.floor(restoreMs),
    pointMs: copying === 'at once' ? Math.floor(backupMs) : null,
    startMs,
  }
}

/** Writes with their answers if none is refused. Some are delayed and keep their sequence. */
function sendWrites(draw: Draw, times: { crashMs: number; restoredMs: number; endMs: number }): Sent[] {
  const { crashMs, restoredMs, endMs } = times
  const freeMs = Array.from({ length: 2 + Math.floor(draw() * 5) }, () => startMs + between(draw, 0, 20))
  const pauseMs = between(draw, 1, 40)
  const generations = new Map<number, number>()
  const sent: Sent[] = []
  let appended = 24
  for (let sequence = seeded; ; sequence++) {
    const client = freeMs.indexOf(Math.min(...freeMs))
    const dueMs = freeMs[client] ?? Infinity
    if (!(dueMs < endMs) || sequence > 400) return sent
    const slot = draw() < 0.3 && appended < slotCount ? appended++ : Math.floor(draw() * 24)
    const generation = (generations.get(slot) ?? (slot < seeded ? 1 : 0)) + 1
    generations.set(slot, generation)
    const sentMs = dueMs + (draw() < 0.05 ? between(draw, 0, 80) : 0)
    const tookMs = between(draw, 0.5, 8) * (draw() < 0.1 ? 12 : 1)
    let madeMs = sentMs + tookMs * draw()
    let answeredMs = sentMs + tookMs
    if (draw() < 0.08) {
      // The answer or the request is lost.
      answeredMs = Infinity
      if (draw() < 0.5) madeMs = draw() < 0.5 ? sentMs + between(draw, 0, latestMs) : Infinity
    }
    if (madeMs >= crashMs && madeMs < restoredMs) {
      // On its way while the service was away: a proxy delayed it, or it was lost.
      madeMs = draw() < 0.4 ? restoredMs + between(draw, 0, 30) : Infinity
      if (madeMs > sentMs + latestMs) madeMs = Infinity
      answeredMs = draw() < 0.5 ? madeMs + 1 : Infinity
    } else if (answeredMs >= crashMs && madeMs < crashMs) answeredMs = Infinity
    if (answeredMs > sentMs + giveUpMs) answeredMs = Infinity
    const acknowledgedMs = answeredMs < Infinity ? Math.floor(answeredMs) : null
    sent.push({ sequence, slot, generation, sentMs: Math.floor(sentMs), acknowledgedMs, madeMs })
    freeMs[client] = Math.min(sentMs + tookMs, answeredMs) + between(draw, 0, pauseMs)
  }
}

function createRandomOrder(draw: Draw, length: number): number[] {
  const keys = Array.from({ length }, (_, index) => ({ index, key: draw() }))
  return keys.sort((one, other) => one.key - other.key).map(({ index }) => index)
}
