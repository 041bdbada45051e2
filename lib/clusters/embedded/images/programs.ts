import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ImageFile } from './image.ts'
import { run } from '../../../system/run.ts'

const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']
const triplets: Partial<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

/** Where this machine has the program that an image has at `path`. Errors: it is not installed. */
export function hostProgram(path: string): string {
  const name = basename(path)
  const found = folders.map((folder) => `${folder}/${name}`).find((candidate) => existsSync(candidate))
  if (found === undefined)
    throw new Error(`the program "${name}" is in none of ${folders.join(', ')}; install its package`)
  return found
}

/** What dynamic programs load, their loader among it, at the paths where they look for it. */
export async function librariesOf(programs: readonly string[]): Promise<Record<string, ImageFile>> {
  if (programs.length === 0) return {}
  const stdout = await run('ldd', [...programs])
  const missing = /^\s*(\S+) => not found/m.exec(stdout)
  if (missing) throw new Error(`the library "${missing[1] ?? ''}" is missing, of one of ${programs.join(', ')}`)
  const paths = [...stdout.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path = '']) => path)
  return Object.fromEntries(paths.map((path) => [path, { source: path, mode: 0o755 }]))
}

/** The matches and targets of iptables, which it loads by name at run time. */
export async function iptablesExtensions(): Promise<Record<string, ImageFile>> {
  const folder = `/usr/lib/${triplets[process.arch] ?? process.arch}/xtables`
  const names = await readdir(folder)
  return Object.fromEntries(names.map((name) => [`${folder}/${name}`, { source: `${folder}/${name}`, mode: 0o644 }]))
}
