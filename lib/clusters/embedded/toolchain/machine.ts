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

/** Settings of the machine that can keep a lab from working although all programs are installed. */
export interface MachineFacts {
  /** Folders in which other users could change programs, each with a remedy. */
  tampered: string[]
  /** Obstacles to the lab's network, each with a remedy. */
  network: string[]
  /** Free bytes on the disk of the lab's folder. */
  labFreeBytes: number
  /** The setting that makes Node send requests through a proxy; null if there is none. */
  nodeProxy: string | null
  /** This user's free inotify instances and watches; null if they could not be read. */
  inotify: { freeInstances: number; freeWatches: number } | null
  /** The chain that drops packets between the lab's hosts, with the command that lets them pass; null if there is none. */
  forward: { chain: string; command: string } | null
}

/** Twice the needs of a lab with a mesh and a backup tool. */
const NEEDED = { instances: 64, watches: 4096, labBytes: 6e9 }

export function machineProblems(facts: MachineFacts): string[] {
  const { inotify, nodeProxy, forward } = facts
  const problems: (string | null)[] = [
    facts.labFreeBytes >= NEEDED.labBytes
      ? null
      : `${Math.floor(facts.labFreeBytes / 1e9)} GB of disk are free for "${labFolder()}", and ${NEEDED.labBytes / 1e9} GB are needed for images and volumes. Next: free some space there`,
    nodeProxy === null
      ? null
      : `with ${nodeProxy} Node sends requests through a proxy, which cannot reach the lab. Next: env -u NODE_USE_ENV_PROXY npx playwright test, and NODE_OPTIONS without --use-env-proxy`,
    inotify !== null && inotify.freeInstances < NEEDED.instances
      ? `${inotify.freeInstances} inotify instances are free, and the nodes' kubelets need ${NEEDED.instances}. Next: sysctl -w fs.inotify.max_user_instances=1024`
      : null,
    inotify !== null && inotify.freeWatches < NEEDED.watches
      ? `${inotify.freeWatches} inotify watches are free, and the nodes' kubelets need ${NEEDED.watches}. Next: sysctl -w fs.inotify.max_user_watches=524288`
      : null,
    forward === null
      ? null
      : `${forward.chain} drops packets between the lab's hosts; Docker and firewalls set this. Next: ${forward.command}`,
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
    // An existing lab has its watches already.
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

/** The setting that makes Node 24 and newer use a proxy, a variable or an option; null if there is none. */
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

/** The inotify instances and watches of this user's processes. Processes that end during the count are left out. */
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

/** The chain that drops packets on a bridge. Such packets pass forward chains only with a setting that Docker and Kubernetes make. */
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

/** Finds a chain that drops packets between the lab's hosts in the output of `iptables -S FORWARD` and `nft -j list ruleset`. */
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
      // The check of iptables above covers this chain.
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
