import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Fact } from './facts.ts'

const schemaFile = new URL('./facts.schema.json', import.meta.url)
const ajv = new Ajv({ strictTuples: false, allowUnionTypes: true }).addSchema(
  JSON.parse(readFileSync(schemaFile, 'utf8')) as object,
  'facts',
)

/** Whether a value is a fact; else `describeInvalid` says why not. */
export function isFact(value: unknown): value is Fact {
  return describeInvalid(value) === null
}

/** Why a value is not a fact, in words, or null where it is one. */
export function describeInvalid(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return 'it has no kind'
  const validate = typeof value.kind === 'string' ? findSchema(value.kind) : undefined
  if (!validate) return `unknown kind ${JSON.stringify(value.kind)}`
  return validate(value) ? null : ajv.errorsText(validate.errors, { dataVar: 'fact' })
}

function findSchema(kind: string): ValidateFunction | undefined {
  return /^[a-z]+(\.[a-z]+)?$/.test(kind) ? ajv.getSchema(`facts#/definitions/kinds/${kind}`) : undefined
}
