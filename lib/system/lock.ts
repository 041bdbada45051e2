import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Exit code of `flock -n` if another process holds the lock: the same on Linux and macOS. */
const busy = 1

export interface LockOptions {
  /** Called with the PID of the lock's holder, if this process has to wait for it. */
  onWait: (pid: string) => void
  /** Ends the wait, or releases the lock. */
  signal: AbortSignal
}

/**
 * Waits until no other process holds the lock on `path`, and takes it. Returns a function that releases it. A child process
 * holds the lock and ends with this process. So the lock never outlives this process, not even after SIGKILL.
 * Errors: `flock` (util-linux) is missing, or the wait was aborted.
 */
export async function takeLock(path: string, { onWait, signal }: LockOptions): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  let holder = await startHolder(path, ['-n'], signal)
  if (!holder) {
    onWait((await readFile(path, 'utf8')).trim())
    holder = await startHolder(path, [], signal)
  }
  if (!holder) throw new Error(`the lock on "${path}" could not be taken. Next, to see its holder: fuser -v ${path}`)
  await writeFile(path, `${process.pid}\n`)
  const closed = once(holder, 'close')
  const { stdin } = holder
  return async () => {
    stdin?.end()
    await closed
  }
}

/** Starts the child process that holds the lock. Null if another process holds it and `-n` is among the options. */
async function startHolder(path: string, options: string[], signal: AbortSignal): Promise<ChildProcess | null> {
  signal.throwIfAborted()
  const child = spawn('flock', [...options, path, 'sh', '-c', 'echo held && exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const giveBack = (): void => {
    child.stdin.end()
    child.kill()
  }
  signal.addEventListener('abort', giveBack)
  const held = once(child.stdout, 'data').then(() => 'held' as const)
  const ended = once(child, 'close').then(([code]) => code as number | null)
  void ended.finally(() => {
    signal.removeEventListener('abort', giveBack)
  })
  const outcome = await Promise.race([held, ended])
  if (outcome === 'held') return child
  if (outcome === busy) return null
  throw new Error(`the lock on "${path}" was not taken: flock ended with ${outcome ?? 'a signal'}`)
}
