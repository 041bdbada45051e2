import { z } from 'zod'
import { ALL, KEYS, type Key } from './options.ts'

type Shape = { [K in Key]: z.ZodOptional<(typeof ALL)[K]['kind']['schema']> }

/** Text of a key in the JSON Schema. Markdown's marks are left out. */
const describe = (key: Key): string => ALL[key].what.replaceAll('`', '')

const shape = Object.fromEntries(KEYS.map((key) => [key, ALL[key].kind.schema.optional().describe(describe(key))]))

/** What `meshdrill.config.ts` exports. */
export const configSchema = z.strictObject(shape as unknown as Shape)

/** The configuration as a user writes it. Keys of a store are set by variables only, as the file may be committed. */
export type UserConfig = Omit<z.input<typeof configSchema>, 's3AccessKey' | 's3SecretKey'>

/** The JSON Schema of that configuration, for editors and other programs. */
export const configJsonSchema = (): object => ({
  title: 'meshdrill/config@1',
  ...z.toJSONSchema(configSchema.omit({ s3AccessKey: true, s3SecretKey: true }), { io: 'input' }),
})
