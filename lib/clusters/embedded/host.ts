import { spawn } from 'node:child_process'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { childEnvironment } from '../../system/child-settings.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { identify, isRunning as processRuns } from '../../system/process.ts'
import type { Cluster, NodePower, StorePower, VolumeWipe } from '../../lab/cluster.ts'
import type { LabNetwork } from './network.ts'
import type { Toolchain } from './toolchain/build.ts'

/** Input of `node-init start`. It has the same fields as Spec in node/spec.go. */
export interface HostSpec {
  hostname: string
  cgroup: string
  ownerPid: number
  device: string
  /** Link group of the device. */
  group: number
  bridge: string
  pidFile: string
  mounts: { source: string; target: string }[]
  setup: string[][]
  processes: HostProcess[]
}

export interface HostProcess {
  name: string
  argv: string[]
  /** Variables in addition to the host's environment. */
  env: string[]
  log: string
}

/** A running host, made of Linux namespaces. */
export interface RunningHost {
  name: string
  address: string
  device: string
  /** PID of `node-init start`, which runs outside of the host. */
  starterPid: number
  /** PID of the host's first process, as seen outside of the host. */
  initPid: number
  /** Start time of the first process. A later process with the same PID has another one. */
  initBorn: string
}

/** PATH of every program on a host. The user's PATH may contain folders that other users can write to. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Environment of a host and of its programs. It contains no variable of the user. With a company's proxy, for example, no node
 * would become Ready, because the proxy cannot reach the lab's addresses.
 */
export const hostEnvironment = (folder: string): Record<string, string> => childEnvironment(folder, { PATH }, {})

/** Starts a host. Resolves when its first process runs. */
export async function startHost(
  nodeInit: string,
  folder: string,
  address: string,
  spec: HostSpec,
): Promise<RunningHost> {
  await mkdir(join(folder, 'log'), { recursive: true })
  const specFile = join(folder, 'spec.json')
  // The spec may contain keys, in the environment of a process.
  await writeFile(specFile, JSON.stringify(spec, null, 2), { mode: 0o600 })
  const logFile = join(folder, 'log', 'init.log')
  const log = await open(logFile, 'a')
  const starter = spawn(nodeInit, ['start', specFile], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: hostEnvironment(folder),
  })
  const failed = new Promise<string>((resolve) => {
    starter.once('error', (error) => {
      resolve(String(error))
    })
    starter.once('exit', (code) => {
      resolve(`exit status ${code ?? 'unknown'}`)
    })
  })
  starter.unref()
  let failure: string | null = null
  void failed.then((reason) => (failure = reason))
  const initPid = await waitFor(
    `host "${spec.hostname}" running`,
    async () => {
      if (failure !== null) {
        throw new Error(`host "${spec.hostname}" did not start: ${failure}\n${await readFile(logFile, 'utf8')}`)
      }
      const text = await readFile(spec.pidFile, 'utf8').catch(() => null)
      return text === null ? pending('no PID yet') : Number(text)
    },
    { timeout: '10s', every: '10ms', hint: `cat ${logFile}` },
  )
  await log.close()
  const { hostname: name, device } = spec
  return { name, address, device, starterPid: starter.pid ?? 0, initPid, initBorn: (await identify(initPid)).born }
}

/** Starts a stopped host again, with its earlier spec. */
export async function startAgain(nodeInit: string, folder: string, address: string): Promise<RunningHost> {
  const spec = JSON.parse(await readFile(join(folder, 'spec.json'), 'utf8')) as HostSpec
  await rm(spec.pidFile, { force: true })
  return startHost(nodeInit, folder, address, spec)
}

export const isRunning = ({ initPid, initBorn }: RunningHost): Promise<boolean> =>
  processRuns({ pid: initPid, born: initBorn })

/** Cuts a host's power: kills all its processes at once. Resolves when they have ended. */
export async function killHost(host: RunningHost): Promise<void> {
  if (await isRunning(host)) process.kill(host.initPid, 'SIGKILL')
  await waitFor(
    `host "${host.name}" ended`,
    async () => ((await isRunning(host)) ? pending(`process ${host.initPid} is still there`) : true),
    { timeout: '10s', every: '20ms' },
  )
}

/** The command line that runs a program inside a host, in all of its namespaces. */
export const inside = (host: RunningHost, argv: string[]): string[] => [
  'nsenter',
  '-t',
  String(host.initPid),
  '-a',
  ...argv,
]

/** An embedded cluster, with the abilities that only this provider has. */
export interface EmbeddedCluster extends Cluster, NodePower, VolumeWipe, StorePower {
  readonly labId: string
  readonly network: LabNetwork
  readonly toolchain: Toolchain
  /** Starts a host that is not a node on the cluster's network. It ends with the lab. */
  startHost(start: (index: number) => Promise<RunningHost>): Promise<RunningHost>
  readonly nodeCount: number
}
