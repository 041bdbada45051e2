import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from '../system/replace-file.ts'

const STATE_FILE = 'state.json'
const NOTES_FOLDER = 'notes'

/** One entry of a list that several processes extend, such as the installed parts of a lab. */
export interface Note {
  name: string
  value: unknown
}

/** The state that `writeStateFile` wrote to a folder; null without one. Errors: the file is damaged. */
export async function readStateFile(folder: string): Promise<unknown> {
  return readJson(join(folder, STATE_FILE))
}

/** Writes a state atomically, readable for this user only: it may contain secrets. */
export function writeStateFile(folder: string, state: object): void {
  writeJson(join(folder, STATE_FILE), state)
}

/**
 * Stores a value under a name beside the state, and replaces an earlier value of that name. Each value is a file of its own, so
 * that several processes can store values at the same time.
 */
export function writeNote(folder: string, list: string, { name, value }: Note): void {
  writeJson(noteFile(folder, list, name), { name, value } satisfies Note)
}

/** Stores values whose names are not stored yet. Earlier values stay. */
export function writeMissingNotes(folder: string, list: string, notes: readonly Note[]): void {
  for (const note of notes) if (!existsSync(noteFile(folder, list, note.name))) writeNote(folder, list, note)
}

/** All values of a list, sorted by name. Errors: a file is damaged. */
export async function readNotes(folder: string, list: string): Promise<unknown[]> {
  const files = await readdir(join(folder, NOTES_FOLDER)).catch(() => [])
  const ofList = files.filter((file) => file.startsWith(`${list}-`) && file.endsWith('.json'))
  const notes = await Promise.all(ofList.map((file) => readJson(join(folder, NOTES_FOLDER, file))))
  return (notes.filter((note) => note !== null) as Note[])
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ value }) => value)
}

/** A name may be a path, so the file's name is derived from it. */
function noteFile(folder: string, list: string, name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 32)
  return join(folder, NOTES_FOLDER, `${list}-${hash}.json`)
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new Error(`"${path}" is damaged. Next: npm run lab:down`, { cause: error })
  }
}

const writeJson = (path: string, content: object): void => {
  replaceFile(path, JSON.stringify(content, null, 2), { isPrivate: true })
}
