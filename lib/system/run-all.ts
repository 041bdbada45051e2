import { messageOf } from './file-error.ts'

/**
 * Runs every step, one after another, whatever becomes of the others. Errors: that of the one step that failed, or those of
 * all that did, together.
 */
export async function runAll(steps: readonly (() => unknown)[]): Promise<void> {
  const errors: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      errors.push(error)
    }
  }
  throwAll(errors)
}

/** Throws the errors, if there are any: one as it is, several as one that names each. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, errors.map(messageOf).join('; '))
}
