import { z } from 'zod'
import { type DrillFact, FACTS } from '../../../lib/record/facts.ts'

/**
 * A field of a fact, as a path: the kind of fact, then the names of properties. `[]` stands for every entry of a list,
 * and `*` for every property of an object without fixed names.
 */
export type Field = string

/** The parts of JSON Schema that facts use. */
interface Schema {
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: Schema | boolean
  required?: string[]
}

/** Fields of every fact are not listed. */
const common = ['kind', 'at', 'drill']

/** All fields of facts of a drill, and the kinds themselves. */
export function listFields(): Field[] {
  const schemas = Object.entries(FACTS).map(([kind, schema]) => [kind, z.toJSONSchema(schema) as Schema] as const)
  const kinds = schemas.filter(([, { required }]) => required?.includes('drill'))
  return kinds.flatMap(([kind, { properties = {} }]) => {
    const own = Object.entries(properties).filter(([name]) => !common.includes(name))
    return [kind, ...own.flatMap(([name, schema]) => expand(schema, `${kind} ${name}`))]
  })
}

function expand(schema: Schema, path: Field): Field[] {
  const { properties, items, additionalProperties } = schema
  if (properties) return Object.entries(properties).flatMap(([name, inner]) => expand(inner, `${path} ${name}`))
  if (items) return [`${path} []`, ...expand(items, `${path} []`)]
  return [typeof additionalProperties === 'object' ? `${path} *` : path]
}

/** The fact with another value in every place of the field. */
export function changeField(fact: DrillFact, field: Field, edit: (value: unknown) => unknown): DrillFact {
  const [kind, ...names] = field.split(' ')
  return fact.kind === kind ? (changeInside(fact, names, edit) as DrillFact) : fact
}

function changeInside(value: unknown, [name, ...names]: string[], edit: (value: unknown) => unknown): unknown {
  if (name === undefined) return edit(value)
  const inside = (one: unknown) => changeInside(one, names, edit)
  if (Array.isArray(value)) return names.length === 0 ? edit(value) : value.map(inside)
  if (typeof value !== 'object' || value === null) return value
  const has = (key: string) => key === name || name === '*'
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, has(key) ? inside(one) : one]))
}

/** The fields in which two lists of facts differ. For missing and repeated facts, only the kind is listed. */
export function listChanges(before: DrillFact[], after: DrillFact[]): Set<Field> {
  const changes = new Set<Field>()
  for (const kind of new Set([...before, ...after].map((fact) => fact.kind))) {
    const [was, is] = [before, after].map((facts) => facts.filter((fact) => fact.kind === kind))
    if (was?.length === 0) for (const fact of is ?? []) compareInside({}, fact, kind, changes)
    else if (was?.length !== is?.length) changes.add(kind)
    else for (const [index, fact] of (was ?? []).entries()) compareInside(fact, is?.[index], kind, changes)
  }
  return changes
}

function compareInside(was: unknown, is: unknown, path: Field, changes: Set<Field>): void {
  if (was === is) return
  changes.add(path)
  if (Array.isArray(is)) {
    const entries = Array.isArray(was) ? was : []
    changes.add(`${path} []`)
    // If entries are missing, it is not known which.
    if (entries.length <= is.length)
      for (const [index, one] of is.entries()) compareInside(entries[index], one, `${path} []`, changes)
  } else if (isObject(is)) {
    const properties = isObject(was) ? was : {}
    changes.add(`${path} *`)
    for (const name of new Set([...Object.keys(properties), ...Object.keys(is)]))
      compareInside(properties[name], is[name], `${path} ${name}`, changes)
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
