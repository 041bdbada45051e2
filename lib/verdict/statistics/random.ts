/**
 * Numbers in [0, 1) that depend on the seed alone (mulberry32). For resampling and shuffling, where what is drawn must be
 * the same whenever old facts are judged again; not for secrets.
 */
export function drawFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The same items in a new order, each order as likely as any other. */
export function shuffle<Item>(items: readonly Item[], draw: () => number): Item[] {
  const left = [...items]
  return items.flatMap(() => left.splice(Math.floor(draw() * left.length), 1))
}

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
