import { messageOf } from '../system/message-of.ts'
import { redactError } from '../output/redaction.ts'
import type { StepName } from '../record/facts.ts'
import type { DrillFactBody } from './context.ts'

/** Runs a step between the facts of its start and its end. */
export async function recordStep<T>(
  record: (body: DrillFactBody) => void,
  name: StepName,
  what: string,
  body: () => Promise<T>,
): Promise<T> {
  record({ kind: 'step.started', step: name, what })
  try {
    const value = await body()
    record({ kind: 'step.ended', step: name, what, error: null })
    return value
  } catch (error) {
    const redacted = redactError(error)
    record({ kind: 'step.ended', step: name, what, error: messageOf(redacted) })
    throw redacted
  }
}
