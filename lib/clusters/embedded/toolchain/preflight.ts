import { cacheFolder } from '../../../system/environment.ts'
import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { dirname } from 'node:path'
import type { GoProgram } from '../../../lab/built.ts'
import { missingBinaries } from './build.ts'
import { installCommand, missingPackages } from './debian.ts'
import { machineProblems, readMachineFacts } from './machine.ts'
import { ProgramError, run } from '../../../system/run.ts'

/** What the embedded cluster needs to know of the machine before anything is changed. */
export interface HostFacts {
  platform: string
  arch: string
  root: boolean
  /** As `go env GOVERSION` says, null where there is no Go. */
  go: string | null
  freeBytes: number
  memoryBytes: number
  /** Whether namespaces can be made; null where it could not be tried. */
  namespaces: boolean | null
  /** Whether the kernel has them; null where it could not be tried. */
  kernel: { overlayfs: boolean | null; veth: boolean | null; bridge: boolean | null }
  missingPackages: string[]
  aptGet: boolean
  /** Programs that have to be built first. */
  toBuild: string[]
}

const oldestGo = [1, 26] as const
const gigabyte = 1e9
const unknownKernel = { overlayfs: null, veth: null, bridge: null }
const needs = { memoryBytes: 6 * gigabyte, firstBuildBytes: 25 * gigabyte, runBytes: 6 * gigabyte }

/** Everything that is wrong with this machine for the embedded cluster, each with what mends it; empty when nothing is. */
export async function preflight(wanted: readonly GoProgram[], cache = cacheFolder()): Promise<string[]> {
  const machine = process.platform === 'linux' && (await hasIproute()) ? await readMachineFacts() : null
  const problems = machine === null ? [] : machineProblems(machine)
  // What others may write to is not looked into.
  if (machine !== null && machine.tampered.length > 0) return problems
  return [...problemsOf(await readHostFacts(wanted, cache)), ...problems]
}

/** It is among the packages that are installed where they are missing. */
const hasIproute = (): Promise<boolean> =>
  run('ip', ['-Version']).then(
    () => true,
    () => false,
  )

export function problemsOf(facts: HostFacts): string[] {
  // Elsewhere none of the rest means anything.
  if (facts.platform !== 'linux') {
    return [
      `the embedded cluster needs Linux, this is ${facts.platform}: use a cluster of your own, or a Linux machine`,
    ]
  }
  const problems: (string | null)[] = [
    facts.root ? null : 'the embedded cluster makes namespaces and mounts, which needs root: run it with sudo -E',
    facts.namespaces === false
      ? 'this root may not make namespaces: run it on the machine itself, or in a container with --privileged'
      : null,
    ['x64', 'arm64'].includes(facts.arch)
      ? null
      : `no proxy of a mesh is built for ${facts.arch}: use x86_64 or aarch64`,
    problemOfGo(facts),
    problemOfDisk(facts),
    facts.memoryBytes >= needs.memoryBytes
      ? null
      : `${inGigabytes(facts.memoryBytes)} GB of memory, ${inGigabytes(needs.memoryBytes)} GB are needed: use a larger machine`,
    ...Object.entries(facts.kernel).map(([feature, there]) =>
      there === false
        ? `the kernel has no ${feature}: load it (modprobe ${moduleOf(feature)}) or use another kernel`
        : null,
    ),
    facts.missingPackages.length === 0 || (facts.root && facts.aptGet)
      ? null
      : `packages are missing: ${facts.missingPackages.join(', ')}; as root: ${installCommand(facts.missingPackages)}`,
  ]
  return problems.filter((problem) => problem !== null)
}

function problemOfGo({ go, toBuild }: HostFacts): string | null {
  const how = `install Go ${oldestGo.join('.')} or newer and put its bin folder into PATH`
  if (go === null) return `go is not in PATH: ${how}`
  const [, major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(go) ?? []).map(Number)
  const recent = major > oldestGo[0] || (major === oldestGo[0] && minor >= oldestGo[1])
  return recent ? null : `${go} is too old to build ${toBuild[0] ?? 'the programs'}: ${how}`
}

function problemOfDisk({ freeBytes, toBuild }: HostFacts): string | null {
  const neededBytes = toBuild.length > 0 ? needs.firstBuildBytes : needs.runBytes
  if (freeBytes >= neededBytes) return null
  const why = toBuild.length > 0 ? `to build ${toBuild.length} programs from source` : 'for images and volumes'
  return (
    `${inGigabytes(freeBytes)} GB of disk are free, ${inGigabytes(neededBytes)} GB are needed ${why}: ` +
    'free some, or set XDG_CACHE_HOME and GOCACHE to folders on a larger disk'
  )
}

export async function readHostFacts(wanted: readonly GoProgram[], cache = cacheFolder()): Promise<HostFacts> {
  const root = process.getuid?.() === 0
  const go = await goVersion()
  const linux = process.platform === 'linux'
  const toBuild = go === null ? ['every program'] : await missingBinaries(wanted, cache)
  const { bavail, bsize } = await statfs(firstExisting(cache))
  return {
    platform: process.platform,
    arch: process.arch,
    root,
    go,
    freeBytes: bavail * bsize,
    memoryBytes: totalmem(),
    ...(linux && root ? await tryKernel() : { namespaces: null, kernel: unknownKernel }),
    missingPackages: linux ? await missingPackages({ building: toBuild.length > 0 }) : [],
    aptGet: existsSync('/usr/bin/apt-get'),
    toBuild,
  }
}

/** Tries the features in namespaces that are gone when the shell ends; Linux loads the modules as they are asked for. */
async function tryKernel(): Promise<Pick<HostFacts, 'namespaces' | 'kernel'>> {
  const script = `
    mount -t tmpfs none /mnt && mkdir /mnt/lower /mnt/upper /mnt/work /mnt/all &&
      mount -t overlay none -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work /mnt/all && echo overlayfs
    command -v ip > /dev/null && echo ip
    ip link add v0 type veth peer name v1 && echo veth
    ip link add b0 type bridge && echo bridge
    echo end`
  const said = await run('unshare', ['--mount', '--net', 'sh', '-c', script]).then(
    (stdout) => stdout.split('\n'),
    (): string[] => [],
  )
  if (!said.includes('end')) return { namespaces: false, kernel: unknownKernel }
  // Without iproute2, which is among the missing packages then, nothing was seen of the network.
  const network = (feature: string): boolean | null => (said.includes('ip') ? said.includes(feature) : null)
  return {
    namespaces: true,
    kernel: { overlayfs: said.includes('overlayfs'), veth: network('veth'), bridge: network('bridge') },
  }
}

async function goVersion(): Promise<string | null> {
  try {
    return (await run('go', ['env', 'GOVERSION'], { cwd: '/' })).trim()
  } catch (error) {
    if (error instanceof ProgramError && error.isMissing) return null
    throw error
  }
}

function firstExisting(folder: string): string {
  return existsSync(folder) ? folder : firstExisting(dirname(folder))
}

function moduleOf(feature: string): string {
  return feature === 'overlayfs' ? 'overlay' : feature
}

function inGigabytes(bytes: number): number {
  return Math.floor(bytes / gigabyte)
}
