import { chooseCluster } from '../clusters/choice.ts'
import { readExistingOptions, readSources, type ExistingOptions } from '../clusters/existing/options.ts'
import type { KindOptions } from '../clusters/kind/kind.ts'
import type { ToolName } from '../components/tools.ts'
import { type ClusterName, readOptions } from './option.ts'
import { clusterOption, generalOptions, INTERNAL_VARIABLES, kindOptions, type MATRICES, OPTIONS } from './options.ts'
import { USUAL_MESH, type MeshName, type WorkloadName } from '../matrix/axes.ts'
import { findUnknown } from './unknown.ts'
import type { ClientPlaces } from '../load/client-places.ts'
import { type Environment, readVariable } from '../system/environment.ts'

export { TOOLS } from './options.ts'

/** What a user sets, by environment variables; each has a default that works. */
export interface Config extends ClientPlaces {
  /** Provider of the cluster. */
  cluster: ClusterName
  /** What is said of a cluster of one's own; null with another provider. */
  existing: ExistingOptions | null
  /** Where a kind cluster's components come from, and how it is reached; null with another provider. */
  kind: Omit<KindOptions, 'components'> | null
  /** The only tool to drill; null for every tool. */
  tool: ToolName | null
  /** Which rows are drilled: a slice that shows each tool and each family of faults, or all that are legal. */
  matrix: (typeof MATRICES)[number]
  /** The meshes to drill on, one lab after the other. */
  meshes: readonly MeshName[]
  /** The mesh of the first lab. */
  mesh: MeshName
  /** The workloads to drill. */
  workloads: readonly WorkloadName[]
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

/** Reads the configuration; all that is wrong with it is said at once. `choose` is asked where the user names no cluster. */
export function readConfig(env: Environment, choose: () => ClusterName = chooseCluster): Config {
  const problems: string[] = []
  const problem = (text: string): void => {
    problems.push(text)
  }
  const known = [...OPTIONS.map(({ variable }) => variable), ...INTERNAL_VARIABLES]
  for (const { variable, nearest } of findUnknown(env, known))
    problem(`${variable}: is not known; the nearest is ${nearest}. Next: unset ${variable}`)
  const named = readVariable(env, clusterOption.cluster.variable) !== null
  // A name that is wrong is told; what goes with it is not judged by another cluster's measure.
  const chosen = named ? readOptions(clusterOption, env, problem).cluster : choose()
  const cluster = chosen ?? 'embedded'
  if (chosen !== null) findIneffective(env, chosen).forEach(problem)
  const general = readOptions(generalOptions, env, problem)
  if (general.loadNodes !== null && general.loadParallelism === 0)
    problem('MESHDRILL_LOAD_NODES: has no effect without pods of the load. Next: set MESHDRILL_LOAD_PARALLELISM')
  if (general.meshes.length > 1 && general.keep)
    problem(
      'MESHDRILL_KEEP: a run with several meshes makes a lab for each, so no lab can be kept. Next: set one MESHDRILL_MESH, or unset MESHDRILL_KEEP',
    )
  const config: Config = {
    cluster,
    existing: cluster === 'existing' ? readExistingOptions(env, problem) : null,
    kind: cluster === 'kind' ? { ...readSources(env, problem), ...readOptions(kindOptions, env, problem) } : null,
    ...general,
    mesh: general.meshes[0] ?? USUAL_MESH,
  }
  if (problems.length > 0) throw new Error(`The configuration is not valid:\n  ${problems.join('\n  ')}`)
  return config
}

/** What is set and has no effect with the cluster: the user means another one, or something that does not happen. */
function findIneffective(env: Environment, cluster: ClusterName): string[] {
  return OPTIONS.filter(
    ({ variable, clusters }) => readVariable(env, variable) !== null && !clusters.includes(cluster),
  ).map(({ variable, what, clusters }) => {
    const fitting = clusters.map((name) => `MESHDRILL_CLUSTER=${name}`).join(' or ')
    return `${variable}: ${what}; it has no effect with the cluster "${cluster}". Next: set ${fitting}, or unset ${variable}`
  })
}
