import type { Write } from '../../../../lib/record/facts.ts'
import { settleMs, TORN, toHistory, type History } from '../../../../lib/verdict/history/history.ts'
import type { SlotKind } from '../../../../lib/verdict/history/check.ts'
import type { ConsistencyOptions } from '../../../../lib/verdict/consistency.ts'
import { createRandom } from '../facts-builder.ts'
import { fileOf, freeSlot, runService, seeded, type Run } from './service.ts'

/** A history with known truth, to test a checker. */
export interface Trial {
  writes: Write[]
  slots: [slot: number, sequence: number][]
  options: ConsistencyOptions & { seeded: number }
  /** The damage to it. Null if service and backup worked correctly. */
  harm: Harm | null
  /** The damaged slot. Null if there is none, or several. */
  slot: number | null
  pointMs: number | null
}

/**
 * One bad slot, or a restore of several moments: by a copy file by file, by one older slot, or over newer data that was
 * left.
 */
export type Harm = SlotKind | 'copied file by file' | 'one slot older' | 'one slot newer'
export const harms: Harm[] = [
  ...(['torn', 'duplicated', 'phantom', 'reordered', 'stale', 'lost'] as const),
  ...(['copied file by file', 'one slot older', 'one slot newer'] as const),
]

export const historyOf = ({ writes, slots }: Trial): History => toHistory(writes, slots)

/** A service that crashed and kept all data (even seeds), or was restored to one moment (odd seeds). */
export function buildCleanTrial(seed: number): Trial {
  return toTrial(runService(createRandom(seed), seed % 2 === 0 ? null : 'at once'), null)
}

/** A history with the given visible damage. Runs that do not allow it are skipped. */
export function buildBadTrial(seed: number, harm: Harm): Trial {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const draw = createRandom(seed * 1000 + attempt)
    const trial = harm === 'copied file by file' ? toTrial(runService(draw, 'file by file'), harm) : doHarm(draw, harm)
    if (trial && (!isMixing(harm) || isMixed(trial))) return trial
  }
  throw new Error(`No run of seed ${seed} allows the damage "${harm}".`)
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
      // The first writes, in a separate slot, so that no restore removed the higher sequence.
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
          // A write sent after a newer one was acknowledged would be reordered.
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
      throw new Error('The run makes this copy.')
  }
}

/** True if the clients can see the mixture: a present write was sent after a missing one was acknowledged. */
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
