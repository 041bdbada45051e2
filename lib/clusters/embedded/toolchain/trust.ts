import { lstat, mkdir, readlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { readVariable, type Environment } from '../../../system/environment.ts'

/** What decides who may change a file; of `lstat`. */
interface FileOwner {
  uid: number
  mode: number
}

const WRITABLE_BY_OTHERS = 0o022
const STICKY = 0o1000
const MOST_LINKS = 20

/**
 * Users who may change what this process runs: itself, root, and behind sudo the user who called it, as it is their checkout
 * that runs. Who owns `/` counts too: in some containers that is not root.
 */
export async function trustedUsers(environment: Environment = process.env): Promise<number[]> {
  const own = process.geteuid?.() ?? 0
  const caller = own === 0 ? Number(readVariable(environment, 'SUDO_UID') ?? 0) : 0
  return [own, 0, (await lstat('/')).uid, ...(Number.isInteger(caller) ? [caller] : [])]
}

/**
 * Why others could change what is in a folder, with the command that mends it; null where nobody could, and where there is no such
 * folder yet. The folders above and the targets of symbolic links on the way count, as who may rename one may put another in its place.
 */
export async function tamperProblem(folder: string, trusted?: readonly number[]): Promise<string | null> {
  const users = trusted ?? (await trustedUsers())
  return walk(resolve(folder), users, { last: resolve(folder), links: 0 })
}

async function walk(
  path: string,
  users: readonly number[],
  way: { last: string; links: number },
): Promise<string | null> {
  const parts = path.split(sep).filter(Boolean)
  for (let index = 0; index <= parts.length; index++) {
    const step = sep + parts.slice(0, index).join(sep)
    const found = await lstat(step).catch((error: unknown) => {
      if (isMissing(error)) return null
      throw error
    })
    if (found === null) return null
    if (found.isSymbolicLink()) {
      if (!users.includes(found.uid)) return foreign(step, found.uid)
      if (way.links >= MOST_LINKS) return `"${step}" leads through more than ${MOST_LINKS} symbolic links`
      const target = await readlink(step)
      const rest = parts.slice(index)
      const whole = join(isAbsolute(target) ? target : join(dirname(step), target), ...rest)
      return walk(whole, users, { last: whole, links: way.links + 1 })
    }
    const problem = ownerProblem(step, found, { users, isLast: step === way.last })
    if (problem !== null) return problem
  }
  return null
}

/** Why others could change a folder. In one that is sticky, such as /tmp, nobody renames what somebody else owns. */
export function ownerProblem(
  path: string,
  { uid, mode }: FileOwner,
  { users, isLast }: { users: readonly number[]; isLast: boolean },
): string | null {
  if (!users.includes(uid)) return foreign(path, uid)
  if ((mode & WRITABLE_BY_OTHERS) === 0 || (!isLast && (mode & STICKY) !== 0)) return null
  return `others may write to "${path}" (mode ${(mode & 0o7777).toString(8)}). Next, if its content is yours: chmod go-w ${quote(path)}`
}

const foreign = (path: string, uid: number): string =>
  `"${path}" belongs to user ${uid}. Next: remove it (rm -r ${quote(path)}), or set XDG_CACHE_HOME, XDG_STATE_HOME, GOCACHE or GOMODCACHE to a folder of yours`

/** A path as a shell takes it. */
const quote = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)

/**
 * Creates a folder that only this user may write to, where it is not there. Errors: others could change what is in it, so that nothing from it
 * is run.
 */
export async function requireOwnFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  await requireUntouched(folder)
}

/** Errors: others could change what is in a folder. One that is not there is no error. */
export async function requireUntouched(folder: string): Promise<void> {
  const problem = await tamperProblem(folder)
  if (problem !== null) throw new Error(`Nothing from "${folder}" is run: ${problem}`)
}

/** Whether a call failed as there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
