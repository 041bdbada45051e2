import type { FaultName } from '../faults/index.ts'
import { interleave, type Turn } from '../verdict/statistics/interleave.ts'
import { rowsOf, type Moment, type Row } from './matrix.ts'

/**
 * The rows of a fault at a moment, once in each round, in an order that the seed draws anew for each round. Rows are compared
 * with the other rows of their fault and moment, so these follow each other: they share the hour of the machine, and no
 * strategy is always the first. A row has the same place whatever other faults there are.
 */
export const orderRows = (
  fault: FaultName,
  moment: Moment,
  { repetitions, seed }: { repetitions: number; seed: number },
): Turn<Row>[] => interleave(rowsOf(fault, moment), repetitions, seedOf(seed, `${fault} ${moment}`))

/** A seed for each name, so that equally many rows of two faults are not in the same order (FNV-1a). */
function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash | 0
}
