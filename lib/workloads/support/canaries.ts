/** Parts of some seeded objects, far from each other. See `canaries` of a workload. `seeded` has at least 128 bytes. */
export const canariesOf =
  (seeded: (seed: number, slot: number) => Uint8Array) =>
  (seed: number): Uint8Array[] =>
    Array.from({ length: 8 }, (_, index) => seeded(seed, 100 * index).slice(64, 128))
