import { access } from 'node:fs/promises'
import { OUTPUT_LIMIT, shortenMiddle } from '../../../output/shorten.ts'
import { messageOf } from '../../../system/file-error.ts'
import { ProgramError, run } from '../../../system/run.ts'

const INSTALL_TIMEOUT_MS = 30 * 60_000

/** A Debian package that the embedded cluster needs. */
export interface HostPackage {
  name: string
  /** The package is installed if one of these paths exists. */
  shownBy: string[]
  /** Needed only to build the toolchain. */
  forBuilding: boolean
}

const programFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
const program = (name: string): string[] => programFolders.map((folder) => `${folder}/${name}`)
const needed = (name: string, shownBy: string[]): HostPackage => ({ name, shownBy, forBuilding: false })
const toBuild = (name: string, shownBy: string[]): HostPackage => ({ name, shownBy, forBuilding: true })

const hostPackages: readonly HostPackage[] = [
  needed('containerd', program('containerd')),
  needed('runc', program('runc')),
  needed('containernetworking-plugins', ['/usr/lib/cni/bridge', '/opt/cni/bin/bridge']),
  needed('etcd-server', program('etcd')),
  needed('nftables', program('nft')),
  needed('iptables', program('xtables-nft-multi')),
  needed('ipset', program('ipset')),
  needed('conntrack', program('conntrack')),
  needed('iproute2', program('tc')),
  needed('kmod', program('modprobe')),
  needed('stress-ng', program('stress-ng')),
  needed('btrfs-progs', program('mkfs.btrfs')),
  needed('busybox-static', program('busybox')),
  needed('curl', program('curl')),
  needed('util-linux', program('nsenter')),
  needed('python3', program('python3')),
  needed('python3-pip', ['/usr/lib/python3/dist-packages/pip', ...program('pip3')]),
  toBuild('gcc', program('gcc')),
  toBuild('libc6-dev', ['/usr/include/stdio.h']),
]

/** Names of the packages that are not installed. */
export async function missingPackages({
  building,
  packages = hostPackages,
}: {
  building: boolean
  packages?: readonly HostPackage[]
}): Promise<string[]> {
  const wanted = packages.filter(({ forBuilding }) => building || !forBuilding)
  const present = await Promise.all(wanted.map(({ shownBy }) => Promise.all(shownBy.map(exists))))
  return wanted.filter((_, index) => !present[index]?.some(Boolean)).map(({ name }) => name)
}

/** The command with which the user can install packages. */
export function installCommand(packages: readonly string[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

/**
 * Installs packages as root, without starting their services: a containerd and an etcd of the machine would disturb the lab.
 * Errors: this user is not root, apt-get is missing, or apt-get failed.
 */
export async function installPackages(packages: readonly string[], log: (line: string) => void): Promise<void> {
  if (packages.length === 0) return
  const command = installCommand(packages)
  const able = process.getuid?.() === 0 && (await exists('/usr/bin/apt-get'))
  if (!able) throw new Error(`Debian packages are missing: ${packages.join(', ')}. Next, as root: ${command}`)
  log(`installing ${packages.join(', ')} with apt-get`)
  try {
    const [program = '', ...args] = withoutServices(command)
    await run(program, args, {
      // `needrestart` restarts services of the machine after each installation.
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' },
      timeoutMs: INSTALL_TIMEOUT_MS,
    })
  } catch (cause) {
    const output = cause instanceof ProgramError ? cause.stderr.trim() : messageOf(cause)
    throw new Error(
      `the packages ${packages.join(', ')} could not be installed: ${shortenMiddle(output, OUTPUT_LIMIT)}. Next, as root: ${command}`,
      { cause },
    )
  }
}

/** Debian's maintainer scripts start services with these two programs. */
const SERVICE_STARTERS = ['/usr/sbin/invoke-rc.d', '/usr/bin/deb-systemd-invoke']

/**
 * A command line that runs a shell command as root without starting services: `true` is mounted over the programs that start
 * them. Only this command sees the mounts, and they end with it, even after SIGKILL. No file of the machine changes.
 */
export function withoutServices(command: string, starters: readonly string[] = SERVICE_STARTERS): string[] {
  const script = `set -e
umask 022
for starter; do
  [ ! -e "$starter" ] || mount --bind /bin/true "$starter"
done
${command}`
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...starters]
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
