import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const STATE_FILE = 'state.json'

/** What `writeStateFile` left in a folder; null where there is nothing. Errors: it is damaged. */
export async function readStateFile(folder: string): Promise<unknown> {
  const path = join(folder, STATE_FILE)
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new Error(`"${path}" is damaged. Next: npm run lab:down`, { cause: error })
  }
}

/**
 * Written whole or not at all. In one go, without a pause in which a second change of this process could be written: parts of
 * the lab that are made side by side note themselves as they come.
 */
export function writeStateFile(folder: string, state: object): void {
  const path = join(folder, STATE_FILE)
  const whole = `${path}.${process.pid}.new`
  mkdirSync(folder, { recursive: true })
  writeFileSync(whole, JSON.stringify(state, null, 2))
  renameSync(whole, path)
}
