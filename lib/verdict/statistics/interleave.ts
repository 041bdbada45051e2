import { drawFrom, shuffle } from './random.ts'

/** One run of a row; `repetition` counts from 0. */
export interface Turn<Row> {
  row: Row
  repetition: number
}

/**
 * The order in which to run each row `repetitions` times: in blocks that hold every row once, each shuffled for itself.
 *
 * Rows that run one after another, all repetitions of one before the first of the next, are compared on different hours
 * of the machine: a cache that warms or a neighbour that comes then looks like a difference of tools. Within a block the
 * rows share the hour, and no row is always the first. A run that is broken off has all rows equally often, by one.
 * More repetitions with the same seed go on where fewer end.
 */
export function interleave<Row>(rows: readonly Row[], repetitions: number, seed: number): Turn<Row>[] {
  if (!Number.isInteger(repetitions) || repetitions < 0)
    throw new Error(`repetitions must be a whole number from 0, got ${repetitions}`)
  const draw = drawFrom(seed)
  return Array.from({ length: repetitions }, (_, repetition) =>
    shuffle(rows, draw).map((row) => ({ row, repetition })),
  ).flat()
}
