import { planWrite } from '../../load/plan.ts'
import { seededPayload, writtenPayload } from './payload.ts'

/** The payload that a slot's record of this sequence must have; null if no such record was ever meant for the slot. */
export function expectedPayload(
  volume: { seed: number; seeded: number },
  slot: number,
  sequence: number,
): Uint8Array | null {
  const { seed, seeded } = volume
  if (!Number.isInteger(sequence) || sequence < 0) return null
  if (sequence < seeded) return sequence === slot ? seededPayload(seed, slot) : null
  return planWrite(sequence - seeded, seeded).slot === slot ? writtenPayload(seed, sequence) : null
}
