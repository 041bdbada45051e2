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

/** Facts about the machine, read before anything is changed. */
export interface HostFacts {
  platform: string
  arch: string
  root: boolean
  /** Output of `go env GOVERSION`; null if Go is not installed. */
  go: string | null
  freeBytes: number
  memoryBytes: number
  /** True if namespaces can be created; null if that was not tried. */
  namespaces: boolean | null
  /** True for each feature that the kernel has; null if that was not tried. */
  kernel: { overlayfs: boolean | null; veth: boolean | null; bridge: boolean | null }
  missingPackages: string[]
  aptGet: boolean
  /** Names of programs that must be built first. */
  toBuild: string[]
}

const oldestGo = [1, 26] as const
const gigabyte = 1e9
const unknownKernel = { overlayfs: null, veth: null, bridge: null }
const needs = { memoryBytes: 6 * gigabyte, firstBuildBytes: 25 * gigabyte, runBytes: 6 * gigabyte }

/** Reasons why the embedded cluster cannot run on this machine, each with a remedy. Empty if it can run. */
export async function preflight(wanted: readonly GoProgram[], cache = cacheFolder()): Promise<string[]> {
  const machine = process.platform === 'linux' && (await hasIproute()) ? await readMachineFacts() : null
  const problems = machine === null ? [] : machineProblems(machine)
  // Files that other users may write to are not read.
  if (machine !== null && machine.tampered.length > 0) return problems
  return [...problemsOf(await readHostFacts(wanted, cache)), ...problems]
}

/** True if iproute2 is installed. If it is missing, it is installed later with the other packages. */
const hasIproute = (): Promise<boolean> =>
  run('ip', ['-Version']).then(
    () => true,
    () => false,
  )

export function problemsOf(facts: HostFacts): string[] {
  // The other facts mean nothing on other systems.
  if (facts.platform !== 'linux') {
    return [
      `the embedded cluster needs Linux, and this is ${facts.platform}. Next: MESHDRILL_CLUSTER=kind, MESHDRILL_CLUSTER=existing, or a Linux machine`,
    ]
  }
  const problems: (string | null)[] = [
    facts.root
      ? null
      : 'the embedded cluster creates namespaces and mounts, which needs root. Next: run it with sudo -E',
    facts.namespaces === false
      ? 'this root user may not create namespaces. Next: run it on the machine itself, or in a container with --privileged'
      : null,
    ['x64', 'arm64'].includes(facts.arch) ? null : `no mesh has a proxy for ${facts.arch}. Next: use x86_64 or aarch64`,
    problemOfGo(facts),
    problemOfDisk(facts),
    facts.memoryBytes >= needs.memoryBytes
      ? null
      : `this machine has ${inGigabytes(facts.memoryBytes)} GB of memory, and ${inGigabytes(needs.memoryBytes)} GB are needed. Next: use a larger machine`,
    ...Object.entries(facts.kernel).map(([feature, there]) =>
      there === false
        ? `the kernel has no ${feature}. Next: modprobe ${moduleOf(feature)}, or use another kernel`
        : null,
    ),
    facts.missingPackages.length === 0 || (facts.root && facts.aptGet)
      ? null
      : `packages are missing: ${facts.missingPackages.join(', ')}. Next, as root: ${installCommand(facts.missingPackages)}`,
  ]
  return problems.filter((problem) => problem !== null)
}

function problemOfGo({ go, toBuild }: HostFacts): string | null {
  const how = `install Go ${oldestGo.join('.')} or newer and put its bin folder into PATH`
  if (go === null) return `go is not in PATH. Next: ${how}`
  const [, major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(go) ?? []).map(Number)
  const recent = major > oldestGo[0] || (major === oldestGo[0] && minor >= oldestGo[1])
  return recent ? null : `${go} is too old to build ${toBuild[0] ?? 'the programs'}. Next: ${how}`
}

function problemOfDisk({ freeBytes, toBuild }: HostFacts): string | null {
  const neededBytes = toBuild.length > 0 ? needs.firstBuildBytes : needs.runBytes
  if (freeBytes >= neededBytes) return null
  const why = toBuild.length > 0 ? `to build ${toBuild.length} programs from source` : 'for images and volumes'
  return (
    `${inGigabytes(freeBytes)} GB of disk are free, and ${inGigabytes(neededBytes)} GB are needed ${why}. ` +
    'Next: free some space, or set XDG_CACHE_HOME and GOCACHE to folders on a larger disk'
  )
}

async function readHostFacts(wanted: readonly GoProgram[], cache = cacheFolder()): Promise<HostFacts> {
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

/** Tries kernel features in temporary namespaces. Linux loads missing modules on first use. */
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
  // Without iproute2, the network features were not tried.
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
