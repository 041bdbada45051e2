import { z } from 'zod'
import { messageOf } from '../system/file-error.ts'
import { labels as parseLabels } from './values.ts'

/** Known names with their number of differences from a name, the nearest first. */
export const findNearest = (name: string, known: readonly string[]): { name: string; slips: number }[] =>
  known.map((one) => ({ name: one, slips: countSlips(name, one) })).sort((one, other) => one.slips - other.slips)

/** Minimum number of characters that are added, left out, replaced, or swapped with the next one. */
export function countSlips(one: string, other: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1]
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current.push(
        Math.min(
          (last[column] ?? Infinity) + 1,
          (current[column - 1] ?? Infinity) + 1,
          (last[column - 1] ?? Infinity) + (same ? 0 : 1),
          swapped ? (beforeLast[column - 2] ?? Infinity) + 1 : Infinity,
        ),
      )
    }
    beforeLast = last
    last = current
  }
  return last[other.length] ?? 0
}

/** A kind of value: its form in a configuration file, in a variable, and in the program. */
export interface Kind<Schema extends z.ZodType = z.ZodType> {
  /** From the value in a file to the value that the program uses. */
  schema: Schema
  /** Converts the text of a variable to the form in a file. The schema checks the result. */
  fromText(text: string): unknown
  toText(input: z.input<Schema>): string
}

const kind = <Schema extends z.ZodType>(declared: Kind<Schema>): Kind<Schema> => declared

const show = (input: unknown): string => `"${typeof input === 'string' ? input : JSON.stringify(input)}"`

function notKnown(input: unknown, known: readonly string[]): string {
  const [nearest] = findNearest(show(input).slice(1, -1).toLowerCase(), known)
  return `${show(input)} is not known; one of ${known.join(', ')}${nearest ? `; the nearest is ${nearest.name}` : ''}`
}

export function oneOf<const Known extends string>(known: readonly Known[]) {
  const schema = z.enum(known, { error: ({ input }) => notKnown(input, known) })
  return kind({ schema, fromText: (text) => text, toText: (input) => input })
}

/** One name or several, each once. In a variable: `a,b`. */
export function listOf<const Known extends string>(known: readonly Known[]) {
  const names = (input: unknown): unknown[] => (Array.isArray(input) ? input : [input])
  const error = ({ input }: { input?: unknown }): string => {
    const wrong = names(input).find((one) => !(known as readonly unknown[]).includes(one))
    return names(input).length === 0 ? `the list is empty; name one of ${known.join(', ')}` : notKnown(wrong, known)
  }
  const name = z.enum(known)
  const schema = z
    .union([name, z.array(name).min(1)], { error })
    .transform((input): readonly z.output<typeof name>[] => (Array.isArray(input) ? input : [input]))
    .superRefine((input, context) => {
      const twice = input.find((one, index) => input.indexOf(one) !== index)
      if (twice !== undefined) context.addIssue({ code: 'custom', message: `"${twice}" is there twice` })
    })
  return kind({
    schema,
    fromText: (text) => text.split(',').map((one) => one.trim()),
    toText: (input) => names(input).join(','),
  })
}

/** A whole number in decimal digits. Forms such as `1e3` and `0x10` are refused, because they are probably typing errors. */
export function whole(least: number, most: number) {
  const error = ({ input }: { input?: unknown }): string =>
    `${show(input)} is not a whole number from ${least} to ${most}`
  return kind({
    schema: z.int({ error }).min(least, { error }).max(most, { error }),
    fromText: (text) => (/^\d+$/.test(text) ? Number(text) : text),
    toText: String,
  })
}

/** True or false. In a variable: `1` or `0`. */
export const flag = kind({
  schema: z.boolean({ error: ({ input }) => `${show(input)} is not known; one of 0, 1 (in a file: false, true)` }),
  fromText: (text) => (text === '0' || text === '1' ? text === '1' : text),
  toText: (input) => (input ? '1' : '0'),
})

/** A text that a function reads. The errors of that function say what is wrong with the text. */
export const parsed = <Value>(parse: (text: string) => Value) =>
  kind({
    schema: z.string({ error: 'the value is not a text' }).transform((text, context): Value => {
      try {
        return parse(text)
      } catch (error) {
        context.issues.push({ code: 'custom', message: messageOf(error), input: '' })
        return z.NEVER
      }
    }),
    fromText: (text) => text,
    toText: (input) => input,
  })

/** An object. In a variable: JSON. */
export const object = <Schema extends z.ZodType>(schema: Schema) =>
  kind({
    schema,
    fromText(text) {
      try {
        return JSON.parse(text) as unknown
      } catch {
        return text
      }
    },
    toText: (input) => JSON.stringify(input),
  })

/** Labels by name. In a variable: `name=value,name=value`. */
export const labels = kind({
  schema: z
    .record(z.string(), z.string(), {
      error: ({ input }) => `${show(input)} is not labels, such as { pool: 'system' }`,
    })
    .transform((input, context): Record<string, string> => {
      try {
        return parseLabels(joinLabels(input))
      } catch (error) {
        context.issues.push({ code: 'custom', message: messageOf(error), input: '' })
        return z.NEVER
      }
    }),
  fromText: parseLabels,
  toText: (input) => joinLabels(input),
})

const joinLabels = (input: Record<string, string>): string =>
  Object.entries(input)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
