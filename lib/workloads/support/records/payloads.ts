import { planWrite } from '../../../load/load.ts'
import { canariesOf } from '../canaries.ts'
import { fillPayload } from '../random-bytes.ts'

/* The content of numbered records: plain arithmetic without imports of Node, as k6 runs it too. The Go programs have the same. */

/** Payloads of a service's records. Each depends on seed and sequence only. */
export interface Payloads {
  /** Payload of a seeded record. Its sequence is its slot. */
  readonly seeded: (seed: number, slot: number) => Uint8Array
  /** Payload of a write of the load. */
  readonly written: (seed: number, sequence: number) => Uint8Array
  /** Parts of some seeded payloads. See `canaries` of a workload. */
  readonly canaries: (seed: number) => Uint8Array[]
  /** Payload that the slot's record of this sequence must have. Null if the sequence was never sent to the slot. */
  readonly expected: (volume: { seed: number; seeded: number }, slot: number, sequence: number) => Uint8Array | null
}

export function payloadsOf({ seededBytes, writtenBytes }: { seededBytes: number; writtenBytes: number }): Payloads {
  const seeded = (seed: number, slot: number) => fillPayload(new Uint8Array(seededBytes), seed, slot)
  const written = (seed: number, sequence: number) => fillPayload(new Uint8Array(writtenBytes), seed, sequence)
  return {
    seeded,
    written,
    canaries: canariesOf(seeded),
    expected(volume, slot, sequence) {
      if (!Number.isInteger(sequence) || sequence < 0) return null
      if (sequence < volume.seeded) return sequence === slot ? seeded(volume.seed, slot) : null
      return planWrite(sequence - volume.seeded, volume.seeded).slot === slot ? written(volume.seed, sequence) : null
    },
  }
}
