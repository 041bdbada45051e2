/**
 * Random numbers in [0, 1) that depend only on the seed (mulberry32). For resampling and shuffling: results must stay
 * the same when old facts are judged again. Not for secrets.
 */
export function createRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The items in a random order. All orders are equally likely. */
export function shuffle<Item>(items: readonly Item[], draw: () => number): Item[] {
  const left = [...items]
  return items.flatMap(() => left.splice(Math.floor(draw() * left.length), 1))
}

/** One run of a row. `repetition` counts from 0. */
export interface Turn<Row> {
  row: Row
  repetition: number
}

/**
 * The order in which to run each row `repetitions` times: in blocks that hold every row once. Each block has its own
 * random order.
 *
 * If all repetitions of a row ran together, rows would be compared at different times of the machine. Then a warm cache
 * or a busy neighbour would look like a difference of tools. Within a block, the rows run close together, and no row is
 * always the first. If a run stops early, the numbers of repetitions differ by at most one. The order of fewer
 * repetitions with the same seed is the start of the order of more.
 */
export function interleave<Row>(rows: readonly Row[], repetitions: number, seed: number): Turn<Row>[] {
  if (!Number.isInteger(repetitions) || repetitions < 0)
    throw new Error(`repetitions must be a whole number from 0, got ${repetitions}`)
  const draw = createRandom(seed)
  return Array.from({ length: repetitions }, (_, repetition) =>
    shuffle(rows, draw).map((row) => ({ row, repetition })),
  ).flat()
}
