import { messageOf } from './file-error.ts'

/**
 * Runs all steps one after another, even if some fail. Errors: the error of the failed step; if several failed, one error
 * that contains all of them.
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

/** Throws the errors, if there are any: a single one unchanged, several as one error with all messages. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, errors.map(messageOf).join('; '))
}
