import { learn, redact, removeSecrets } from './secrets.ts'

/** A copy of the value in which every text is redacted. Names of fields stay. */
export function redactDeep<Value>(value: Value): Value {
  learn()
  return removeDeep(value) as Value
}

function removeDeep(value: unknown): unknown {
  if (typeof value === 'string') return removeSecrets(value)
  if (Array.isArray(value)) return value.map(removeDeep)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, removeDeep(one)]))
}

/** Causes at a greater depth are dropped. */
const DEEPEST = 8

/**
 * The same error without secrets, in whatever text it carries: message, stack, causes, an answer's body. It is changed in place,
 * so that its class stays.
 */
export function redactError(thrown: unknown, depth = 0): unknown {
  if (typeof thrown === 'string') return redact(thrown)
  if (typeof thrown !== 'object' || thrown === null) return thrown
  for (const name of Object.getOwnPropertyNames(thrown)) {
    const value: unknown = Reflect.get(thrown, name)
    if (typeof value === 'string') replace(thrown, name, redact(value))
    else if (typeof value === 'object' && value !== null)
      replace(thrown, name, depth < DEEPEST && isData(value) ? redactError(value, depth + 1) : undefined)
  }
  return thrown
}

function replace(owner: object, name: string, value: unknown): void {
  if (Reflect.get(owner, name) === value || name === 'length') return
  // A property that cannot be written can often still be defined anew.
  if (!Reflect.set(owner, name, value)) Reflect.defineProperty(owner, name, { value })
}

/** An error, a list or plain data. Anything else, such as a socket with its request, does not belong in an error. */
const isData = (value: object): boolean =>
  value instanceof Error ||
  Array.isArray(value) ||
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)

/** Runs `body`. An error that it throws is rethrown without secrets. */
export async function redactErrors<Value>(body: () => Promise<Value>): Promise<Value> {
  try {
    return await body()
  } catch (error) {
    throw redactError(error)
  }
}
