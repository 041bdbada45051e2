import type { Write } from '../../../../lib/record/facts.ts'
import { settleMs, TORN, toHistory, type History } from '../../../../lib/verdict/history/history.ts'
import type { SlotKind } from '../../../../lib/verdict/history/check.ts'
import type { ConsistencyOptions } from '../../../../lib/verdict/consistency.ts'
import { drawFrom } from '../facts-builder.ts'
import { fileOf, freeSlot, runService, seeded, type Run } from './service.ts'

/** A history with what is true of it by the way it was made, so that a checker can be held against it. */
export interface Trial {
  writes: Write[]
  slots: [slot: number, sequence: number][]
  options: ConsistencyOptions & { seeded: number }
  /** What was done to it; null where the service and the backup did their work. */
  harm: Harm | null
  /** The slot that was harmed; null where none was, or not one alone. */
  slot: number | null
  /** See Run. */
  pointMs: number | null
}

/** One slot made bad; or a restore of more than one moment: by a copy file by file, of one slot that is older, or over newer data that was left. */
export type Harm = SlotKind | 'copied file by file' | 'one slot older' | 'one slot newer'
export const harms: Harm[] = [
  ...(['torn', 'duplicated', 'phantom', 'reordered', 'stale', 'lost'] as const),
  ...(['copied file by file', 'one slot older', 'one slot newer'] as const),
]

export const historyOf = ({ writes, slots }: Trial): History => toHistory(writes, slots)

/** A service that crashed and came back with all of its data (even seeds), or was restored to one moment (odd ones). */
export function buildCleanTrial(seed: number): Trial {
  return toTrial(runService(drawFrom(seed), seed % 2 === 0 ? null : 'at once'), null)
}

/** A history that is bad in the given way, and can be seen to be. Runs that do not allow that harm are passed over. */
export function buildBadTrial(seed: number, harm: Harm): Trial {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const draw = drawFrom(seed * 1000 + attempt)
    const trial = harm === 'copied file by file' ? toTrial(runService(draw, 'file by file'), harm) : doHarm(draw, harm)
    if (trial && (!isMixing(harm) || isMixed(trial))) return trial
  }
  throw new Error(`no run of seed ${seed} could be made ${harm}`)
}

const isMixing = (harm: Harm): boolean => ['copied file by file', 'one slot older', 'one slot newer'].includes(harm)

function toTrial({ writes, held, restoreMs, pointMs }: Run, harm: Harm | null, slot: number | null = null): Trial {
  return { writes, slots: [...held], options: { restoreMs, seeded, partOf: fileOf }, harm, slot, pointMs }
}

function doHarm(draw: () => number, harm: Harm): Trial | null {
  const mixing = isMixing(harm)
  const run = runService(draw, mixing || draw() < 0.5 ? 'at once' : null)
  const { writes, held } = run
  const pick = <Value>(values: Value[]): Value | null => values[Math.floor(draw() * values.length)] ?? null
  const change = (slot: number, sequence: number): Trial => {
    held.set(slot, sequence)
    return toTrial({ ...run, pointMs: null }, harm, slot)
  }
  const shown = [...held].flatMap(([slot, sequence]) =>
    writes.filter((write) => write.slot === slot && write.sequence === sequence),
  )
  const any = pick([...held.keys()])
  const write = pick(shown)
  const acknowledged = pick(shown.filter(({ acknowledgedMs }) => acknowledgedMs !== null))
  if (any === null || !write || !acknowledged) return null
  switch (harm) {
    case 'torn':
      return change(any, TORN)
    case 'duplicated':
      return any === write.slot ? null : change(any, write.sequence)
    case 'phantom': {
      const hidden = pick(writes.filter(({ slot, sequence }) => held.get(slot) !== sequence && slot !== any))
      return change(any, draw() < 0.5 || !hidden ? writes.length + seeded + Math.floor(draw() * 5) : hidden.sequence)
    }
    case 'reordered': {
      // Before anything else, in a slot of its own, so that a restore is not what took the higher sequence away.
      const [sequence, slot, generation] = [writes.length + seeded, freeSlot, 1]
      const [beganMs, sentMs] = [run.startMs - 40, run.startMs - 30 + Math.floor(draw() * 20)]
      writes.push({ sequence: sequence + 1, slot, generation: 2, sentMs: beganMs, acknowledgedMs: beganMs + 9 })
      writes.push({ sequence, slot, generation, sentMs, acknowledgedMs: sentMs + 3 })
      return change(slot, sequence)
    }
    case 'stale':
    case 'one slot older': {
      const same = writes.filter(({ slot }) => slot === acknowledged.slot)
      const older = same.filter(
        ({ sequence, sentMs }) =>
          sequence < acknowledged.sequence &&
          // One that was sent after a newer one was acknowledged would be reordered.
          same.every((other) => other.sequence <= sequence || (other.acknowledgedMs ?? Infinity) >= sentMs),
      )
      const there = pick(older)
      return there && change(there.slot, there.sequence)
    }
    case 'lost':
      return change(acknowledged.slot, acknowledged.slot < seeded && draw() < 0.5 ? acknowledged.slot : -1)
    case 'one slot newer': {
      const newer = pick(writes.filter(({ slot, sequence }) => sequence > (held.get(slot) ?? Infinity)))
      return newer && change(newer.slot, newer.sequence)
    }
    case 'copied file by file':
      throw new Error('a copy is made by the run')
  }
}

/** Whether the clients can tell: a write is there that was sent after one that is missing was acknowledged. */
function isMixed({ writes, slots, options }: Trial): boolean {
  const held = new Map(slots)
  const restoreMs = options.restoreMs ?? Infinity
  const early = writes.filter(
    ({ sentMs, acknowledgedMs }) => Math.min(acknowledgedMs ?? Infinity, sentMs + settleMs) < restoreMs,
  )
  const there = early.filter(({ slot, sequence }) => held.get(slot) === sequence)
  const missing = writes.filter(({ slot, sequence }) => (held.get(slot) ?? -1) < sequence)
  return there.some(({ sentMs }) =>
    missing.some(({ acknowledgedMs }) => acknowledgedMs !== null && acknowledgedMs < sentMs),
  )
}
