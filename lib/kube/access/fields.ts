import { isAbsolute, resolve, sep } from 'node:path'

/** The fields of a kubeconfig's entry, not yet validated. */
export type Fields = Record<string, unknown>

/** An invalid entry of a kubeconfig. The message names the entry. */
export class KubeconfigError extends Error {}

/** Reads a text field. Null if it is missing or empty, as in kubectl. Errors: it is not text. */
export const textOf =
  (what: string, fields: Fields) =>
  (field: string): string | null => {
    const value = fields[field]
    if (value === undefined || value === null || value === '') return null
    if (typeof value === 'string') return value
    throw new KubeconfigError(`field "${field}" of ${what} is not text`)
  }

/** Resolves a command with a folder against the kubeconfig's folder. A command without a folder stays: PATH finds it. */
export const commandIn = (folder: string, command: string): string =>
  command.includes(sep) && !isAbsolute(command) ? resolve(folder, command) : command
