import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { realpathSync } from 'node:fs'

/** The user who runs meshdrill on this machine, and the checkout from which it runs. */
export interface UserAndCheckout {
  /** Name of the user. With sudo, the user who called sudo. */
  user: string
  /** Folder of the project. */
  checkout: string
}

export const userAndCheckout = (environment: Environment = process.env): UserAndCheckout => ({
  user: readVariable(environment, 'SUDO_USER') ?? userName(),
  checkout: realpathSync(join(import.meta.dirname, '../..')),
})

/** A user of a container may have a number and no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

export const isSameUserAndCheckout = (one: UserAndCheckout, other: UserAndCheckout): boolean =>
  one.user === other.user && one.checkout === other.checkout

/** Environment variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Value of a variable without surrounding blanks; null if it is unset, empty or blank. */
export function readVariable(environment: Environment, name: string): string | null {
  const value = environment[name]?.trim() ?? ''
  return value === '' ? null : value
}

/** Folder for files that this user can make again. As in the XDG Base Directory Specification, a relative path is ignored. */
export const cacheFolder = (environment: Environment = process.env): string =>
  join(xdgFolder(environment, 'XDG_CACHE_HOME', '.cache'), 'meshdrill')

/** Folder for files about clusters that must outlive a process. It has one folder for each cluster. */
export const stateFolder = (environment: Environment = process.env): string =>
  join(xdgFolder(environment, 'XDG_STATE_HOME', join('.local', 'state')), 'meshdrill')

function xdgFolder(environment: Environment, variable: string, fallback: string): string {
  const folder = readVariable(environment, variable)
  return folder !== null && isAbsolute(folder) ? folder : join(homedir(), fallback)
}
