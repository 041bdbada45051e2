import type { Write } from '../../../../lib/record/facts.ts'

export type Slots = [slot: number, sequence: number][]

/**
 * Builds writes that were sent when they were acknowledged, by default. A write without an answer was sent at
 * `unansweredMs`.
 */
export const writer =
  (unansweredMs: number) =>
  (sequence: number, slot: number, acknowledgedMs: number | null, sentMs = acknowledgedMs ?? unansweredMs): Write => ({
    ...{ sequence, slot, generation: 1 },
    ...{ sentMs, acknowledgedMs },
  })
