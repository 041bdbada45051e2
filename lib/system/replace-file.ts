import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a file at once: another process reads all of the earlier content, or all of the new one. Makes its folder. */
export function replaceFile(path: string, content: string | Uint8Array, { isPrivate = false } = {}): void {
  const whole = `${path}.${process.pid}.new`
  mkdirSync(dirname(path), { recursive: true, ...(isPrivate ? { mode: 0o700 } : {}) })
  writeFileSync(whole, content, isPrivate ? { mode: 0o600 } : {})
  renameSync(whole, path)
}
