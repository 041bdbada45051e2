import type { z } from 'zod'
import { type Fact, FACTS } from './facts.ts'
import { LATEST_MS } from './schema/measured.ts'

const schemas = new Map<string, z.ZodType>(Object.entries(FACTS))

/** Whether a value is a fact; else `describeInvalid` says why not. */
export function isFact(value: unknown): value is Fact {
  return describeInvalid(value) === null
}

/** Why a value is not a fact, in words; null if it is one. Fields that no schema names are ignored. */
export function describeInvalid(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return 'it has no kind'
  const schema = typeof value.kind === 'string' ? schemas.get(value.kind) : undefined
  if (!schema) return `unknown kind ${JSON.stringify(value.kind)}`
  const { error } = schema.safeParse(value)
  return error ? describeIssues(error) : describeTime(value as Fact)
}

/** Whether facts of this kind exist. */
export const isKind = (kind: string): boolean => schemas.has(kind)

const describeIssues = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => `${['fact', ...path].join('.')}: ${message}`).join(', ')

/** A drill is judged by its times. The run's own are only shown. */
function describeTime(fact: Fact): string | null {
  if (!('drill' in fact) || Math.abs(fact.at) <= LATEST_MS) return null
  return `its time, ${fact.at}, is no date that a calendar has`
}
