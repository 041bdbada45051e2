/** What the load writes when: plain arithmetic without imports of Node, as k6 runs it and the prober checks by it. */

/** A prime, so that the overwritten slots come from all over the volume and each comes once a round. */
const STRIDE = 7919

export interface PlannedWrite {
  sequence: number
  slot: number
  generation: number
}

/**
 * The write number `index` of a load on a volume of `seeded` records: each fourth overwrites a seeded slot, the others
 * append behind them. Sequences go on where the seeded ones end.
 */
export function planWrite(index: number, seeded: number): PlannedWrite {
  const sequence = seeded + index
  const overwrites = Math.floor(index / 4)
  if (index % 4 !== 0) return { sequence, slot: seeded + index - overwrites - 1, generation: 1 }
  return { sequence, slot: (overwrites * STRIDE) % seeded, generation: 2 + Math.floor(overwrites / seeded) }
}

/** Fails where `seeded` records are no volume that the plan fits. */
export function checkSeeded(seeded: number): void {
  if (Number.isInteger(seeded) && seeded > 0 && seeded % STRIDE !== 0) return
  throw new Error(`a load needs a number of seeded records that is not a multiple of ${STRIDE}, got ${seeded}`)
}
