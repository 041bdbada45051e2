import { isAbsolute, resolve, sep } from 'node:path'

/** Fields of a kubeconfig's entry, as they stand in the file. */
export type Fields = Record<string, unknown>

/** What is wrong with an entry of a kubeconfig: a sentence that names the entry and the next step. */
export class KubeconfigError extends Error {}

/** Reads a field that must be text; empty counts as not there, as in kubectl. */
export const textOf =
  (what: string, fields: Fields) =>
  (field: string): string | null => {
    const value = fields[field]
    if (value === undefined || value === null || value === '') return null
    if (typeof value === 'string') return value
    throw new KubeconfigError(`field "${field}" of ${what} is not text`)
  }

/** A command with a folder in it is relative to the kubeconfig; any other is looked for in PATH. */
export const commandIn = (folder: string, command: string): string =>
  command.includes(sep) && !isAbsolute(command) ? resolve(folder, command) : command
