import { EMPTY, TORN, type History } from '../lib/verdict/history/history.ts'
import { createRandom } from '../tests/unit/verdict/facts-builder.ts'

/** The backup has one moment, one moment per file, or one moment with every tenth slot torn, foreign, copied or older. */
export type LargeCase = 'of one moment' | 'file by file' | 'a tenth of the slots bad'

const slotCount = 1_000_000
const startMs = 1_700_000_000_000
const perMs = 20
/** The load lasts 500 s. The copy starts at 375 s. A copy file by file takes 100 ms per file. */
const backupMs = startMs + 375_000
const fileMs = 100
export const largeRestoreMs = startMs + 1_000_000

/** Allocates a history of `count` writes. */
export function allocateHistory(count: number): History {
  const [sequence, sentMs, acknowledgedMs] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
  const readings = {
    slot: Int32Array.from({ length: slotCount }, (_, slot) => slot),
    sequence: new Float64Array(slotCount),
  }
  return { writes: { sequence, slot: new Int32Array(count), sentMs, acknowledgedMs }, readings }
}

/** Writes in a possible order of outcomes. Each takes effect when it is sent, except half of those without an answer. */
export function fillHistory({ writes, readings }: History, large: LargeCase): void {
  const draw = createRandom(1)
  const count = writes.sequence.length
  const held = readings.sequence.fill(EMPTY)
  for (let sequence = 0; sequence < count; sequence++) {
    // Each group of eight is in reverse order.
    const at = Math.min(sequence ^ 7, count - 1)
    const slot = Math.floor(draw() * slotCount)
    const sentMs = startMs + Math.floor(sequence / perMs)
    const answered = draw() >= 0.01
    writes.sequence[at] = sequence
    writes.slot[at] = slot
    writes.sentMs[at] = sentMs
    writes.acknowledgedMs[at] = answered ? sentMs + 1 + Math.floor(draw() * 50) : Infinity
    const lag = large === 'file by file' ? Math.floor(slot / 1024) * fileMs : 0
    if (sentMs < backupMs + lag && (answered || draw() < 0.5)) held[slot] = sequence
  }
  if (large === 'a tenth of the slots bad') {
    for (let slot = 0; slot < slotCount; slot += 10) {
      const other = held[(slot + 1) % slotCount] ?? EMPTY
      held[slot] = [TORN, other, count + slot, EMPTY][Math.floor(draw() * 4)] ?? TORN
    }
  }
}
