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
