import { realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { readVariable, type Environment } from './environment.ts'

/** Who runs meshdrill on this machine, and from which checkout. */
export interface Person {
  /** Name of the user; behind sudo, of the one who called it. */
  user: string
  /** Folder of the project. */
  checkout: string
}

export const whoAmI = (environment: Environment = process.env): Person => ({
  user: readVariable(environment, 'SUDO_USER') ?? userName(),
  checkout: realpathSync(join(import.meta.dirname, '../..')),
})

/** A user of a container may have a number only. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

export const isSamePerson = (one: Person, other: Person): boolean =>
  one.user === other.user && one.checkout === other.checkout
