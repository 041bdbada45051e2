import { type Environment, readVariable } from '../system/environment.ts'
import { messageOf } from '../system/message-of.ts'

export const CLUSTERS = ['embedded', 'kind', 'existing'] as const
export type ClusterName = (typeof CLUSTERS)[number]

/** Something that a user sets with an environment variable. */
export interface Option<Value> {
  variable: string
  /** What it is, in a few words. */
  what: string
  /** The clusters with which it has an effect. */
  clusters: readonly ClusterName[]
  /** Value if the variable is unset, empty or blank. */
  fallback: Value
  /** Errors: the text is no value of this option; the message does not name the variable. */
  parse: (text: string) => Value
}

/** Declares an option. */
export const option = <Value>(declared: Option<Value>): Option<Value> => declared

/** Options that are read together, by the names of their values. */
export type OptionGroup = Readonly<Record<string, Option<unknown>>>

export type ValuesOf<Group extends OptionGroup> = {
  [Name in keyof Group]: Group[Name] extends Option<infer Value> ? Value : never
}

/** Reads the values of a group; each that is wrong goes to `problem`, and its fallback stands in its place. */
export function readOptions<Group extends OptionGroup>(
  group: Group,
  environment: Environment,
  problem: (text: string) => void,
): ValuesOf<Group> {
  const values = Object.entries(group).map(([name, { variable, fallback, parse }]) => {
    const text = readVariable(environment, variable)
    if (text === null) return [name, fallback]
    try {
      return [name, parse(text)]
    } catch (error) {
      problem(`${variable}: ${messageOf(error)}`)
      return [name, fallback]
    }
  })
  return Object.fromEntries(values) as ValuesOf<Group>
}
