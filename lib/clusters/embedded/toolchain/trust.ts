import { lstat, mkdir, readlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { readVariable, type Environment } from '../../../system/environment.ts'

/** Owner and mode of a file, from `lstat`. */
interface FileOwner {
  uid: number
  mode: number
}

const WRITABLE_BY_OTHERS = 0o022
const STICKY = 0o1000
const MOST_LINKS = 20

/**
 * Users who may change the programs that this process runs: its own user, root, and with sudo the user who called sudo, because
 * their checkout runs. The owner of `/` counts, too: in some containers it is not root.
 */
export async function trustedUsers(environment: Environment = process.env): Promise<number[]> {
  const own = process.geteuid?.() ?? 0
  const caller = own === 0 ? Number(readVariable(environment, 'SUDO_UID') ?? 0) : 0
  return [own, 0, (await lstat('/')).uid, ...(Number.isInteger(caller) ? [caller] : [])]
}

/**
 * Why other users could change the content of a folder, with a remedy; null if they cannot, or if the folder does not exist. Parent
 * folders and targets of symbolic links count, too: whoever may rename a parent folder can replace its content.
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

/** Why other users could change a folder; null if they cannot. In a sticky folder such as /tmp, only owners rename their files. */
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

/** A path as one word of a shell command. */
const quote = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)

/**
 * Creates a folder that only this user may write to, unless it exists. Errors: other users could change its content.
 */
export async function requireOwnFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  await requireUntouched(folder)
}

/** Errors: other users could change the content of a folder. A missing folder is no error. */
export async function requireUntouched(folder: string): Promise<void> {
  const problem = await tamperProblem(folder)
  if (problem !== null) throw new Error(`No program from "${folder}" is run: ${problem}`)
}

/** True if a call failed because the file does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
