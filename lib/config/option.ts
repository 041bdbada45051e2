import { type Environment, readVariable } from '../system/environment.ts'
import { messageOf } from '../system/file-error.ts'
import type { z } from 'zod'
import type { Kind } from './kinds.ts'

export const CLUSTERS = ['embedded', 'kind', 'existing'] as const
export type ClusterName = (typeof CLUSTERS)[number]

/** A value that a user sets, in the configuration file or with a variable. */
export interface Option<Schema extends z.ZodType = z.ZodType, Fallback = unknown> {
  /** Its meaning, for the page about the configuration. */
  what: string
  /** The clusters with which it has an effect. */
  clusters: readonly ClusterName[]
  kind: Kind<Schema>
  /** Value if the user does not set it. */
  fallback: Fallback
  /** Text for the fallback on that page. Default: the fallback itself. */
  usual?: string
  /** True for a secret, which must not be in a file that may be committed. */
  isSecret?: true
}

/** Declares an option. */
export function option<Schema extends z.ZodType>(
  declared: Option<Schema, null>,
): Option<Schema, z.output<Schema> | null>
export function option<Schema extends z.ZodType>(
  declared: Option<Schema, z.output<Schema>>,
): Option<Schema, z.output<Schema>>
export function option(declared: Option): Option {
  return declared
}

/** Options by the keys that they have in the configuration file. */
export type OptionGroup = Readonly<Record<string, Option>>

export type ValuesOf<Group extends OptionGroup> = { [Key in keyof Group]: Group[Key]['fallback'] }

/** The variable of a key: `MESHDRILL_VOLUME_MIB` of `volumeMib`. */
export const variableOf = (key: string): string => `MESHDRILL_${key.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`

/** Parses an input. Errors: the input is wrong; the message does not name the option. */
export function readInput({ kind }: Option, input: unknown): unknown {
  const { success, data, error } = kind.schema.safeParse(input)
  if (success) return data
  const [{ path, message } = { path: [], message: 'the value is wrong' }] = error.issues
  throw new Error([path.join('.'), message].filter((part) => part !== '').join(': '))
}

/** Reads the values of a group from the environment. Each wrong value goes to `problem`, and its fallback replaces it. */
export function readOptions<Group extends OptionGroup>(
  group: Group,
  environment: Environment,
  problem: (text: string) => void,
): ValuesOf<Group> {
  const values = Object.entries(group).map(([key, one]) => {
    const text = readVariable(environment, variableOf(key))
    if (text === null) return [key, one.fallback]
    try {
      return [key, readInput(one, one.kind.fromText(text))]
    } catch (error) {
      problem(`${variableOf(key)}: ${messageOf(error)}`)
      return [key, one.fallback]
    }
  })
  return Object.fromEntries(values) as ValuesOf<Group>
}
