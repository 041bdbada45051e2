import type { Write } from '../../../../lib/record/facts.ts'

export type Slots = [slot: number, sequence: number][]

/** Makes writes that were sent when they were acknowledged, where nothing else is said; one without an answer, at `unansweredMs`. */
export const writer =
  (unansweredMs: number) =>
  (sequence: number, slot: number, acknowledgedMs: number | null, sentMs = acknowledgedMs ?? unansweredMs): Write => ({
    ...{ sequence, slot, generation: 1 },
    ...{ sentMs, acknowledgedMs },
  })
