import { type Environment, readVariable } from '../system/environment.ts'

/** Set by the first process that read the configuration file. Processes that it starts have the values in their environment. */
export const FROM_FILE = 'MESHDRILL_FROM_FILE'

/** Keys with values from the configuration file. */
export const keysFromFile = (env: Environment): string[] => readVariable(env, FROM_FILE)?.split(',') ?? []
