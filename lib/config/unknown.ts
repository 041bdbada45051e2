import { type Environment, readVariable } from '../system/environment.ts'
import { findNearest } from './nearest.ts'

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
      const [best] = findNearest(name, candidates)
      if (best === undefined || (!ours && best.slips > SLIPS)) return []
      return [{ variable, nearest: best.name }]
    })
}
