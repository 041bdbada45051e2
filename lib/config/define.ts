import type { UserConfig } from './schema.ts'

export type { UserConfig } from './schema.ts'

/** Checks the types of a configuration: `export default defineConfig({ cluster: 'kind', repetitions: 20 })`. */
export const defineConfig = (config: UserConfig): UserConfig => config
