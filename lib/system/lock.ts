import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** With which flock ends that may not wait, of util-linux and of what macOS has in its place. */
const busy = 1

export interface LockOptions {
  /** Told of the process that holds the lock, when it has to be waited for. */
  onWait: (pid: string) => void
  /** Ends the wait, and gives a held lock back. */
  signal: AbortSignal
}

/**
 * Waits until no other process holds the lock on `path` and takes it; returns what gives it back. The kernel holds it
 * for a child of ours that ends when we do, so that a lock never outlives its process, however that one ends.
 * Errors: `flock` (util-linux) is missing, the wait was aborted.
 */
export async function takeLock(path: string, { onWait, signal }: LockOptions): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  let holder = await hold(path, ['-n'], signal)
  if (!holder) {
    onWait((await readFile(path, 'utf8')).trim())
    holder = await hold(path, [], signal)
  }
  if (!holder) throw new Error(`the lock on "${path}" could not be waited for; see who holds it: fuser -v ${path}`)
  await writeFile(path, `${process.pid}\n`)
  const closed = once(holder, 'close')
  const { stdin } = holder
  return async () => {
    stdin?.end()
    await closed
  }
}

/** Null where another process holds it. */
async function hold(path: string, options: string[], signal: AbortSignal): Promise<ChildProcess | null> {
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
