import { existsSync } from 'node:fs'
import { readFile, readdir, readlink, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheFolder, readVariable, stateFolder, type Environment } from '../../../system/environment.ts'
import { HOST_DEVICES } from '../nodes.ts'
import { readIdentity } from '../state.ts'
import { BRIDGE, networkProblems, readMachineNetwork } from '../network.ts'
import { labFolder } from '../paths.ts'
import { goFolders } from './go.ts'
import { tamperProblem } from './trust.ts'
import { run } from '../../../system/run.ts'

/** Settings of a machine with which a lab would not work, or would not be alone, although all that it needs is there. */
export interface MachineFacts {
  /** Why others could change what is run, each with what mends it. */
  tampered: string[]
  /** What is in the way of the lab's network, each with what mends it. */
  network: string[]
  /** Free bytes where the lab's files are. */
  labFreeBytes: number
  /** The setting by which Node sends requests through a proxy; null where it does not. */
  nodeProxy: string | null
  /** What this user may still watch; null where it could not be read. */
  inotify: { freeInstances: number; freeWatches: number } | null
  /** The chain that drops packets between the lab's hosts, with the command that lets them pass; null where none does. */
  forward: { chain: string; command: string } | null
}

/** What a lab with a mesh and a backup tool uses, and as much again. */
const NEEDED = { instances: 64, watches: 4096, labBytes: 6e9 }

export function machineProblems(facts: MachineFacts): string[] {
  const { inotify, nodeProxy, forward } = facts
  const problems: (string | null)[] = [
    facts.labFreeBytes >= NEEDED.labBytes
      ? null
      : `${Math.floor(facts.labFreeBytes / 1e9)} GB of disk are free for "${labFolder()}", ${NEEDED.labBytes / 1e9} GB are needed for images and volumes: free some`,
    nodeProxy === null
      ? null
      : `with ${nodeProxy} this program would reach the lab through a proxy, which has no way to it: env -u NODE_USE_ENV_PROXY npx playwright test, and NODE_OPTIONS without --use-env-proxy`,
    inotify !== null && inotify.freeInstances < NEEDED.instances
      ? `${inotify.freeInstances} inotify instances are free, ${NEEDED.instances} are needed by the nodes' kubelets: sysctl -w fs.inotify.max_user_instances=1024`
      : null,
    inotify !== null && inotify.freeWatches < NEEDED.watches
      ? `${inotify.freeWatches} inotify watches are free, ${NEEDED.watches} are needed by the nodes' kubelets: sysctl -w fs.inotify.max_user_watches=524288`
      : null,
    forward === null
      ? null
      : `${forward.chain} drops packets between the lab's hosts, as Docker and firewalls set it: ${forward.command}`,
  ]
  return [...facts.tampered, ...facts.network, ...problems.filter((problem) => problem !== null)]
}

export async function readMachineFacts(): Promise<MachineFacts> {
  const root = process.getuid?.() === 0
  const { bavail, bsize } = await statfs(firstExisting(labFolder()))
  const lab = await readIdentity()
  return {
    tampered: await tampered(root),
    network: networkProblems(await readMachineNetwork(), lab?.id ?? null, HOST_DEVICES),
    labFreeBytes: bavail * bsize,
    nodeProxy: nodeProxy(process.env),
    // A lab that is there already watches what it needs.
    inotify: root && lab === null ? await readInotify() : null,
    forward: root ? await forwardDrop() : null,
  }
}

async function tampered(root: boolean): Promise<string[]> {
  const folders = [
    ...['bin', 'images', 'modules', 'nodes'].map((name) => join(cacheFolder(), name)),
    join(stateFolder(), 'cache'),
    ...(await goFolders().catch(() => [])),
    ...(root ? [labFolder()] : []),
  ]
  const problems = await Promise.all(folders.map((folder) => tamperProblem(folder)))
  return [...new Set(problems.filter((problem) => problem !== null))]
}

/** Node 24 and newer obey it: by a variable, or by an option. */
export function nodeProxy(environment: Environment): string | null {
  const proxies = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']
  if (proxies.every((name) => readVariable(environment, name) === null)) return null
  if ((environment.NO_PROXY ?? environment.no_proxy) === '*') return null
  if (environment.NODE_USE_ENV_PROXY === '1') return 'NODE_USE_ENV_PROXY=1'
  return (environment.NODE_OPTIONS ?? '').split(/\s+/).includes('--use-env-proxy') ? '--use-env-proxy' : null
}

async function readInotify(): Promise<MachineFacts['inotify']> {
  const limit = async (name: string) => Number(await readFile(`/proc/sys/fs/inotify/max_user_${name}`, 'utf8'))
  try {
    const used = await usedInotify()
    return {
      freeInstances: (await limit('instances')) - used.instances,
      freeWatches: (await limit('watches')) - used.watches,
    }
  } catch {
    // Some sandboxes do not show the limits.
    return null
  }
}

/** What processes of this user watch already; those that end meanwhile count as none. */
async function usedInotify(): Promise<{ instances: number; watches: number }> {
  const own = process.getuid?.()
  const used = { instances: 0, watches: 0 }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    if ((await stat(`/proc/${pid}`).catch(() => null))?.uid !== own) continue
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      if ((await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')) !== 'anon_inode:inotify') continue
      const text = await readFile(`/proc/${pid}/fdinfo/${fd}`, 'utf8').catch(() => '')
      used.instances++
      used.watches += text.split('\n').filter((line) => line.startsWith('inotify ')).length
    }
  }
  return used
}

/** Frames between ports of a bridge pass a machine's forward chains only if the kernel is told so, as Docker and Kubernetes do. */
async function forwardDrop(): Promise<MachineFacts['forward']> {
  const bridged = await readFile('/proc/sys/net/bridge/bridge-nf-call-iptables', 'utf8').catch(() => '0')
  if (bridged.trim() !== '1') return null
  const output = (program: string, ...args: string[]) => run(program, args).catch(() => '')
  return droppingChain(await output('iptables', '-S', 'FORWARD'), await output('nft', '-j', 'list', 'ruleset'))
}

interface NftChain {
  family: string
  table: string
  name: string
  hook?: string
  policy?: string
}

/** The chain that drops what passes between the lab's hosts, of what `iptables -S FORWARD` and `nft -j list ruleset` print. */
export function droppingChain(iptables: string, nft: string): MachineFacts['forward'] {
  if (/^-P FORWARD DROP$/m.test(iptables) && !passes(iptables))
    return {
      chain: "iptables' chain FORWARD",
      command: `iptables -I FORWARD -i ${BRIDGE} -o ${BRIDGE} -j ACCEPT`,
    }
  const { nftables = [] } = (nft.trim() === '' ? {} : JSON.parse(nft)) as {
    nftables?: { chain?: NftChain; rule?: { family: string; table: string; chain: string } }[]
  }
  const dropping = nftables.flatMap(({ chain }) =>
    chain?.hook === 'forward' && chain.policy === 'drop' && ['ip', 'inet'].includes(chain.family) ? [chain] : [],
  )
  const open = dropping.find(
    ({ family, table, name }) =>
      // That of iptables was looked at above.
      !(family === 'ip' && table === 'filter' && name === 'FORWARD') &&
      !nftables.some(
        ({ rule }) =>
          rule?.family === family &&
          rule.table === table &&
          rule.chain === name &&
          JSON.stringify(rule).includes(`"${BRIDGE}"`),
      ),
  )
  if (open === undefined) return null
  const { family, table, name } = open
  return {
    chain: `nftables' chain ${family} ${table} ${name}`,
    command: `nft insert rule ${family} ${table} ${name} iifname ${BRIDGE} oifname ${BRIDGE} accept`,
  }
}

const passes = (iptables: string): boolean =>
  iptables.split('\n').some((line) => line.includes(`-i ${BRIDGE} `) && line.endsWith('-j ACCEPT'))

const firstExisting = (folder: string): string => (existsSync(folder) ? folder : firstExisting(dirname(folder)))
