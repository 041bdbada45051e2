import { CALL_OUTCOMES } from './schema/measured.ts'

/*
 * Nearly all of a run's bytes are in the long lists of a few kinds of facts. The schemas check them several times more slowly
 * than this does. What is refused here may still be right: then the schema decides, and names what is wrong.
 */

const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value)
const isNumberOrNull = (value: unknown): boolean => value === null || isNumber(value)

type Fields = Record<string, unknown>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A sample of a prober, whatever it saw. */
const isSample = (value: unknown): value is unknown[] =>
  Array.isArray(value) &&
  (value.length === 3 || (value.length === 4 && isNumber(value[3]))) &&
  isNumber(value[0]) &&
  isNumberOrNull(value[1])

const isProbe = (value: unknown): boolean => isSample(value) && typeof value[2] === 'boolean'

const outcomes: ReadonlySet<unknown> = new Set(CALL_OUTCOMES)

const isCall = (value: unknown): boolean => isSample(value) && outcomes.has(value[2])

const isWrite = (value: unknown): boolean =>
  isObject(value) &&
  isNumber(value.sequence) &&
  isNumber(value.slot) &&
  isNumber(value.generation) &&
  isNumber(value.sentMs) &&
  isNumberOrNull(value.acknowledgedMs)

const isResource = (value: unknown): boolean =>
  isObject(value) &&
  isNumber(value.at) &&
  typeof value.scope === 'string' &&
  typeof value.tool === 'boolean' &&
  isNumber(value.cpuSeconds) &&
  isNumber(value.memoryBytes) &&
  (!('sinceMs' in value) || isNumber(value.sinceMs))

const isSlot = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && isNumber(value[0]) && isNumber(value[1])

/** A loop, as `every` would pass over the holes of a list. */
function areAll(list: unknown, isRight: (value: unknown) => boolean): boolean {
  if (!Array.isArray(list)) return false
  for (const value of list as unknown[]) if (!isRight(value)) return false
  return true
}

/** The fact with an empty list in place of a long one that is right, and else the fact itself. */
export function dropRightList(fact: object & { kind?: unknown }): object {
  const fields = fact as Fields
  switch (fact.kind) {
    case 'probes':
      return areAll(fields.samples, isProbe) ? { ...fact, samples: [] } : fact
    case 'policy.probes':
      return areAll(fields.samples, isCall) ? { ...fact, samples: [] } : fact
    case 'writes':
      return areAll(fields.writes, isWrite) ? { ...fact, writes: [] } : fact
    case 'resources':
      return areAll(fields.samples, isResource) ? { ...fact, samples: [] } : fact
    case 'integrity.checked':
      return isObject(fields.check) && areAll(fields.check.slots, isSlot)
        ? { ...fact, check: { ...fields.check, slots: [] } }
        : fact
    default:
      return fact
  }
}
