import { chooseCluster } from './clusters/choice.ts'
import { readExistingOptions, readLabels, readSources, type ExistingOptions } from './clusters/existing/options.ts'
import type { KindOptions } from './clusters/kind/kind.ts'
import { PORTS } from './clusters/kind/ports.ts'
import type { ClientPlaces } from './drill/clients.ts'
import { messageOf } from './message-of.ts'
import { parseDuration } from './verdict/objectives.ts'

/** What a user sets, by environment variables; each has a default that works. */
export interface Config extends ClientPlaces {
  /** Provider of the cluster. */
  cluster: (typeof CLUSTERS)[number]
  /** What is said of a cluster of one's own; null with another provider. */
  existing: ExistingOptions | null
  /** Where a kind cluster's components come from, and how it is reached; null with another provider. */
  kind: Omit<KindOptions, 'tools'> | null
  /** The only tool to drill; null for every tool. */
  tool: (typeof TOOLS)[number] | null
  /** Which rows are drilled: a slice that shows each tool and each family of faults, or all that are legal. Null if it is not set. */
  matrix: (typeof MATRICES)[number] | null
  mesh: (typeof MESHES)[number]
  /** Whether the lab stays after the run, for the next one to attach to. */
  keep: boolean
  /** What a run is called among those that it will be merged with, such as `velero-v1.36`; null where it is alone. */
  cell: string | null
  /** From which the run draws everything that is drawn. */
  seed: number
  /** How often each row is drilled. */
  repetitions: number
  /** Objectives that replace those of every spec, in milliseconds; null leaves the spec's. */
  rtoMs: number | null
  rpoMs: number | null
  /** Bytes in the volume before the backup. */
  volumeBytes: number
  /** Writes and reads per second of the load, and probes per second. */
  loadRps: number
  probeHz: number
}

export const TOOLS = ['velero', 'restic', 'kubernetes', 'k8up'] as const
const MATRICES = ['slice', 'full'] as const
export const MESHES = ['istio'] as const
const CLUSTERS = ['embedded', 'kind', 'existing'] as const

/** Reads the configuration; all that is wrong with it is said at once. `choose` is asked where the user names no cluster. */
export function readConfig(env: NodeJS.ProcessEnv, choose: () => Config['cluster'] = chooseCluster): Config {
  const problems: string[] = []
  const read = <T>(name: string, fallback: T, parse: (text: string) => T): T => {
    const text = env[name]
    if (text === undefined || text === '') return fallback
    try {
      return parse(text)
    } catch (error) {
      problems.push(`${name}: ${messageOf(error)}`)
      return fallback
    }
  }
  const cluster = env.MESHDRILL_CLUSTER ? read('MESHDRILL_CLUSTER', 'embedded', oneOf(CLUSTERS)) : choose()
  const config: Config = {
    cluster,
    existing: cluster === 'existing' ? readExistingOptions(env, (text) => problems.push(text)) : null,
    kind:
      cluster === 'kind'
        ? {
            ...readSources(env, (text) => problems.push(text)),
            ports: read('MESHDRILL_KIND_PORTS', 'tried', oneOf(PORTS)),
          }
        : null,
    tool: read('MESHDRILL_TOOL', null, oneOf(TOOLS)),
    matrix: read('MESHDRILL_MATRIX', null, oneOf(MATRICES)),
    mesh: read('MESHDRILL_MESH', 'istio', oneOf(MESHES)),
    keep: read('MESHDRILL_KEEP', false, (text) => oneOf(['0', '1'])(text) === '1'),
    cell: read('MESHDRILL_CELL', null, named),
    seed: read('MESHDRILL_SEED', 1, whole(0, 2 ** 31)),
    repetitions: read('MESHDRILL_REPETITIONS', 1, whole(1, 1000)),
    rtoMs: read('MESHDRILL_RTO', null, parseDuration),
    rpoMs: read('MESHDRILL_RPO', null, parseDuration),
    volumeBytes: read('MESHDRILL_VOLUME_MIB', 128 << 20, (text) => whole(1, 4096)(text) * (1 << 20)),
    loadRps: read('MESHDRILL_LOAD_RPS', 40, whole(1, 1000)),
    probeHz: read('MESHDRILL_PROBE_HZ', 100, whole(1, 200)),
    loadParallelism: read('MESHDRILL_LOAD_PARALLELISM', 0, whole(0, 100)),
    loadNodes: read('MESHDRILL_LOAD_NODES', null, readLabels),
  }
  if (cluster === 'embedded' && env.MESHDRILL_K6)
    problems.push('MESHDRILL_K6: the embedded cluster has a k6 of its own; it is for kind and existing')
  if (problems.length > 0) throw new Error(`The configuration is not valid:\n  ${problems.join('\n  ')}`)
  return config
}

const oneOf =
  <T extends string>(known: readonly T[]) =>
  (text: string): T => {
    const found = known.find((value) => value === text)
    if (found === undefined) throw new Error(`"${text}" is not known; one of ${known.join(', ')}`)
    return found
  }

/** Goes into a tag and a file's name. */
const named = (text: string): string => {
  if (/^[\w.-]+$/.test(text)) return text
  throw new Error(`"${text}" is not a name of letters, digits, dots and dashes`)
}

const whole = (least: number, most: number) => (text: string) => {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new Error(`"${text}" is not a whole number from ${least} to ${most}`)
}
