import { z } from 'zod'
import {
  ALL,
  KEYS,
  type Key,
  existingOptions,
  generalOptions,
  clusterOption,
  kindOptions,
  sourceOptions,
  storeOptions,
  termsOptions,
} from './options.ts'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { variableOf, type OptionGroup } from './option.ts'

/** The tables of docs/configuration.md, by the names of their marks. */
const TABLES: Record<string, OptionGroup> = {
  run: { ...clusterOption, ...generalOptions },
  sources: { ...sourceOptions, ...kindOptions },
  terms: termsOptions,
  existing: { ...existingOptions, ...storeOptions },
}

/** Replaces the tables in the page about the configuration. Errors: the page lacks the marks of a table. */
export async function replaceOptions(page: string): Promise<string> {
  const replaced = Object.entries(TABLES).reduce((text, [name, group]) => {
    const [begin, end] = [`<!-- options ${name} -->`, `<!-- /options ${name} -->`]
    const [from, to] = [text.indexOf(begin), text.indexOf(end)]
    if (from === -1 || to < from) throw new Error(`the page has no "${begin}" with "${end}" after it`)
    return `${text.slice(0, from)}${begin}\n\n${renderTable(group)}\n\n${text.slice(to)}`
  }, page)
  const style = await resolveConfig(fileURLToPath(import.meta.url))
  return format(replaced, { ...style, parser: 'markdown' })
}

const renderTable = (group: OptionGroup): string =>
  [
    '| key | variable | meaning | default |',
    '| --- | --- | --- | --- |',
    ...Object.entries(group).map(([key, { what, fallback, usual, isSecret }]) => {
      const name = isSecret ? 'no key' : `\`${key}\``
      return `| ${name} | \`${variableOf(key)}\` | ${what} | ${usual ?? `\`${String(fallback)}\``} |`
    }),
  ].join('\n')

type Shape = { [K in Key]: z.ZodOptional<(typeof ALL)[K]['kind']['schema']> }

/** Description of a key in the JSON Schema, without Markdown. */
const describe = (key: Key): string => ALL[key].what.replaceAll('`', '')

const shape = Object.fromEntries(KEYS.map((key) => [key, ALL[key].kind.schema.optional().describe(describe(key))]))

/** Schema of the default export of `meshdrill.config.ts`. */
export const configSchema = z.strictObject(shape as unknown as Shape)

/** Type of the configuration file. The keys of a store can be set only by variables, because the file may be committed. */
export type UserConfig = Omit<z.input<typeof configSchema>, 's3AccessKey' | 's3SecretKey'>

/** The JSON Schema of that configuration, for editors and other programs. */
export const configJsonSchema = (): object => ({
  title: 'meshdrill/config@1',
  ...z.toJSONSchema(configSchema.omit({ s3AccessKey: true, s3SecretKey: true }), { io: 'input' }),
})
