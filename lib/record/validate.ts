import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Fact } from './facts.ts'

const schemaFile = new URL('./facts.schema.json', import.meta.url)
const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as { definitions: { kinds: object } }
const ajv = new Ajv({ strictTuples: false, allowUnionTypes: true }).addSchema(schema, 'facts')
const kinds = new Set(Object.keys(schema.definitions.kinds))

/** The last millisecond that a date can have, in milliseconds since the epoch. */
const LATEST_MS = 8.64e15

/** Whether a value is a fact; else `describeInvalid` says why not. */
export function isFact(value: unknown): value is Fact {
  return describeInvalid(value) === null
}

/** Why a value is not a fact, in words, or null where it is one. */
export function describeInvalid(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return 'it has no kind'
  const validate = typeof value.kind === 'string' ? findSchema(value.kind) : undefined
  if (!validate) return `unknown kind ${JSON.stringify(value.kind)}`
  if (!validate(value)) return ajv.errorsText(validate.errors, { dataVar: 'fact' })
  return describeTime(value as Fact)
}

/** A drill is judged by its times. The run's own are only shown. */
function describeTime(fact: Fact): string | null {
  if (!('drill' in fact) || Math.abs(fact.at) <= LATEST_MS) return null
  return `its time, ${fact.at}, is no date that a calendar has`
}

/** Whether facts of this kind exist. */
export const isKind = (kind: string): boolean => kinds.has(kind)

function findSchema(kind: string): ValidateFunction | undefined {
  return isKind(kind) ? ajv.getSchema(`facts#/definitions/kinds/${kind}`) : undefined
}
