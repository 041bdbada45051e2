import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readVariable } from '../system/environment.ts'
import { messageOf } from '../system/file-error.ts'
import { FROM_FILE } from './from-file.ts'
import { findNearest } from './kinds.ts'
import { readInput, variableOf } from './option.ts'
import { KEYS, OPTIONS } from './options.ts'

const CONFIG_FILE = 'meshdrill.config.ts'

/**
 * Adds the values of a folder's configuration file to the environment, so that child processes inherit them. A variable that is
 * set overrides the file; `log` reports that. Does nothing without a file, or if a parent process has read it. Errors: the file
 * cannot be loaded, or is wrong; then the environment is unchanged.
 */
export async function applyConfigFile(
  environment: NodeJS.ProcessEnv,
  folder: string,
  log: (line: string) => void,
): Promise<void> {
  if (environment[FROM_FILE] !== undefined) return
  const path = join(folder, CONFIG_FILE)
  const written = existsSync(path) ? checkKeys(await load(path)) : {}
  const texts = Object.entries(written).map(([key, input]) => ({ key, text: textOf(key, input) }))
  const applied = texts.filter(({ key, text }) => {
    const variable = variableOf(key)
    const given = readVariable(environment, variable)
    if (given !== null && given !== text) log(`${variable} overrides ${key} of ${CONFIG_FILE}`)
    return given === null
  })
  const effective = applied.filter(({ key }) => !isOfOtherCluster(environment, written, key))
  for (const { key, text } of effective) environment[variableOf(key)] = text
  environment[FROM_FILE] = effective.map(({ key }) => key).join(',')
}

/** The default export of the file. */
async function load(path: string): Promise<Record<string, unknown>> {
  const { default: exported } = await import(pathToFileURL(path).href).then(
    (module: { default?: unknown }) => module,
    (error: unknown) => {
      throw new Error(`"${path}" cannot be loaded: ${messageOf(error)}. Next: npx tsc`)
    },
  )
  if (typeof exported === 'object' && exported !== null && Object.getPrototypeOf(exported) === Object.prototype)
    return exported as Record<string, unknown>
  const what = exported === undefined ? 'nothing' : Array.isArray(exported) ? 'a list' : `a ${typeof exported}`
  throw new Error(`"${path}" exports ${what} as its default. Next: export default defineConfig({ … })`)
}

/** Reports every wrong key and value at once. */
function checkKeys(written: Record<string, unknown>): Record<string, unknown> {
  const set = Object.entries(written).filter(([, input]) => input !== undefined)
  const problems = set.flatMap(([key, input]) => {
    const known = Object.hasOwn(OPTIONS, key) ? OPTIONS[key] : undefined
    if (known === undefined) return [`${key}: is not known; the nearest is ${nearestOf(key)}`]
    if (known.isSecret) return [`${key}: the file may be committed. Next: set ${variableOf(key)} instead`]
    try {
      readInput(known, input)
      return []
    } catch (error) {
      return [`${key}: ${messageOf(error)}`]
    }
  })
  if (problems.length > 0) throw new Error(`${CONFIG_FILE} is not valid:\n  ${problems.join('\n  ')}`)
  return Object.fromEntries(set)
}

/** The nearest key. A user may write the name of a variable, too. */
function nearestOf(key: string): string {
  const asKey = KEYS.find((one) => variableOf(one) === key.toUpperCase())
  return asKey ?? findNearest(key, KEYS)[0]?.name ?? ''
}

const textOf = (key: string, input: unknown): string => OPTIONS[key]?.kind.toText(input) ?? ''

/** True for a value that has no effect, because a variable chooses another cluster than the file. */
function isOfOtherCluster(environment: NodeJS.ProcessEnv, written: Record<string, unknown>, key: string): boolean {
  const chosen = readVariable(environment, variableOf('cluster'))
  if (chosen === null || chosen === written.cluster) return false
  return OPTIONS[key]?.clusters.some((one) => one === chosen) === false
}
