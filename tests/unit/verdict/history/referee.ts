import { isDeepStrictEqual } from 'node:util'
import { findPoint, type Witness } from '../../../../lib/verdict/consistency.ts'
import {
  EMPTY,
  toHistory,
  type History,
  type HistoryOptions,
  type SentWrite,
} from '../../../../lib/verdict/history/history.ts'
import { checkHistory, slotKinds, type HistoryCheck, type SlotKind } from '../../../../lib/verdict/history/check.ts'
import { buildExample, pickExamples, type Example } from '../../../../lib/verdict/history/examples.ts'
import { checkNaively } from './naive.ts'
import { historyOf, type Trial } from './trials.ts'

/** The complete answer of the checker about a trial, without indices. */
export function answer(trial: Trial) {
  const history = historyOf(trial)
  const check = checkHistory(history, trial.options)
  const consistency = findPoint(history, check, trial.options)
  const examples = buildExamples(history, check, trial.options)
  return { ...figuresOf(check), examples, first: pickExamples(history, check, trial.options), consistency }
}

/** Examples for every bad slot, by kind, the lowest slot first. */
export function buildExamples(history: History, check: HistoryCheck, options: HistoryOptions): Example[] {
  return slotKinds.flatMap((kind) =>
    check.bad[kind]
      .map((reading) => buildExample(history, check, options, kind, reading))
      .toSorted(({ slots: [slot = NaN] }, { slots: [other = NaN] }) => slot - other),
  )
}

export type Answer = ReturnType<typeof answer>

function figuresOf({ acknowledged, lost, oldestLostMs, unknown, hidden, unread, bad }: HistoryCheck) {
  const kinds = Object.fromEntries(slotKinds.map((kind) => [kind, bad[kind].length])) as Record<SlotKind, number>
  return { acknowledged, lost, oldestLostMs, unknown, hidden, unread, kinds }
}

/** Mistakes of the checker about a trial, given how the trial was made. Empty if it is right. */
export function findMistakes(trial: Trial, given = answer(trial)): string[] {
  return trial.harm === null ? findAccusations(trial, given) : findMisses(trial, given)
}

/** A service that kept its data has no defect. A restored one has lost only writes after the moment of the backup. */
function findAccusations({ options, pointMs }: Trial, given: Answer): string[] {
  const { consistency, kinds, oldestLostMs } = given
  const never = slotKinds.filter((kind) => options.restoreMs === null || (kind !== 'stale' && kind !== 'lost'))
  const mistakes = never.filter((kind) => kinds[kind] > 0).map((kind) => `accused of ${kind}`)
  if (options.restoreMs === null && given.lost > 0) mistakes.push('accused of loss')
  if (pointMs !== null && oldestLostMs < pointMs) mistakes.push('accused of loss before the moment of the backup')
  if (!consistency.consistent) return [...mistakes, `accused of a mixture: ${consistency.witness.words}`]
  const [low, high] = consistency.point
  if (pointMs !== null && !((low ?? -Infinity) <= pointMs && pointMs <= (high ?? Infinity)))
    mistakes.push('the moment is not the one of the backup')
  return mistakes
}

function findMisses(trial: Trial, given: Answer): string[] {
  const { harm, slot, options } = trial
  const kind = slotKinds.find((one) => one === harm)
  if (!kind) {
    if (given.consistency.consistent) return [`missed: ${harm ?? ''}`]
    return findWeakness(trial, given.consistency.witness)
  }
  const mistakes: string[] = []
  if (!given.examples.some((example) => example.kind === kind && example.slots[0] === slot))
    mistakes.push(`missed: ${kind}`)
  const accused = given.examples.length
  // Without a restore there is exactly one bad slot.
  if (options.restoreMs === null && accused !== 1) mistakes.push(`${accused} slots are accused, one is bad`)
  return mistakes
}

/** Checks a witness against the history itself. Empty if its two writes prove the contradiction. */
export function findWeakness({ writes, slots }: Trial, { there, missing }: Witness): string[] {
  const held = new Map(slots)
  const sent = writes.find(({ sequence }) => sequence === there.sequence)
  const lost = writes.find(({ sequence }) => sequence === missing.sequence)
  const mistakes: string[] = []
  if (!sent || held.get(sent.slot) !== sent.sequence) mistakes.push('the witness is not there')
  if (!lost || (held.get(lost.slot) ?? Infinity) >= lost.sequence) mistakes.push('the witness is not missing')
  if (!((sent?.sentMs ?? NaN) > (lost?.acknowledgedMs ?? NaN))) mistakes.push('the witness is in order')
  return mistakes
}

/** Differences between the checker and the literal definitions. */
export function findDifferences({ writes, slots, options }: Trial, given: Answer): string[] {
  const { acknowledged, lost, oldestLostMs, unknown, hidden, kinds, consistency } = given
  const point = consistency.consistent ? consistency.point : null
  const found = { acknowledged, lost, oldestLostMs, unknown, hidden, kinds, point }
  const naive = checkNaively(writes, slots, options)
  return isDeepStrictEqual(found, naive) ? [] : [JSON.stringify({ found, naive })]
}

/** Checks that an example shows its kind by itself, and does not with one write or one slot less. */
export function findExcess({ options, slots }: Trial, { kind, writes, slots: shown, words }: Example): string[] {
  const bad = (history: History) => checkHistory(history, options).bad[kind].length > 0
  return findNeedless(writes, pickReadings(slots, shown), bad).map((mistake) => `${mistake}: ${words}`)
}

/** The same for the witness against one moment. An older write in its slot counts like a seeded record. */
export function findExcessOfWitness(trial: Trial): string[] {
  const { options, slots } = trial
  const { consistency } = answer(trial)
  if (consistency.consistent) return []
  const { there, missing, words } = consistency.witness
  const readings = pickReadings(slots, [there.slot, missing.slot]).map(([slot, sequence]): [number, number] => {
    const before = slot < options.seeded ? slot : EMPTY
    return [slot, sequence === there.sequence ? sequence : before]
  })
  const mixed = (history: History) => !findPoint(history, checkHistory(history, options), options).consistent
  return findNeedless([there, missing], readings, mixed).map((mistake) => `${mistake}: ${words}`)
}

const pickReadings = (slots: Trial['slots'], shown: number[]): Trial['slots'] =>
  slots.filter(([slot]) => shown.includes(slot))

function findNeedless(writes: SentWrite[], slots: Trial['slots'], shows: (history: History) => boolean): string[] {
  const sent = writes.map((write) => ({ ...write, generation: 1 }))
  const less = [
    ...sent.map((write) =>
      toHistory(
        sent.filter((other) => other !== write),
        slots,
      ),
    ),
    ...slots.map((reading) =>
      toHistory(
        sent,
        slots.filter((other) => other !== reading),
      ),
    ),
  ]
  if (!shows(toHistory(sent, slots))) return ['shows nothing']
  return less.some(shows) ? ['more than is needed'] : []
}
