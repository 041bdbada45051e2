import { type Environment, readVariable } from '../system/environment.ts'

/** Slips of the keyboard in one name; a name that differs by more is another one. */
const SLIPS = 2

/**
 * Variables that are set and that nobody reads, each with the known one that it is nearest to: those of our prefix, and
 * those that differ from a known name by a slip, also within the prefix.
 */
export function findUnknown(
  environment: Environment,
  known: readonly string[],
): { variable: string; nearest: string }[] {
  return Object.keys(environment)
    .filter((variable) => !known.includes(variable) && readVariable(environment, variable) !== null)
    .flatMap((variable) => {
      const name = variable.toUpperCase()
      const ours = name.startsWith('MESHDRILL')
      // Most variables of a shell are far from ours: their length alone says so.
      const candidates = ours ? known : known.filter((one) => Math.abs(one.length - name.length) <= SLIPS)
      const [best] = candidates
        .map((one) => ({ nearest: one, slips: countSlips(name, one) }))
        .sort((one, other) => one.slips - other.slips)
      if (best === undefined || (!ours && best.slips > SLIPS)) return []
      return [{ variable, nearest: best.nearest }]
    })
}

/** Least number of characters that are added, left out, replaced, or swapped with their neighbour. */
export function countSlips(one: string, other: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1]
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current.push(
        Math.min(
          (last[column] ?? Infinity) + 1,
          (current[column - 1] ?? Infinity) + 1,
          (last[column - 1] ?? Infinity) + (same ? 0 : 1),
          swapped ? (beforeLast[column - 2] ?? Infinity) + 1 : Infinity,
        ),
      )
    }
    beforeLast = last
    last = current
  }
  return last[other.length] ?? 0
}
