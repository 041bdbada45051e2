import { chooseCluster } from '../clusters/choice.ts'
import type { ExistingOptions } from '../clusters/existing/options.ts'
import type { KindOptions } from '../clusters/kind/kind.ts'
import type { ToolName } from '../components/tools.ts'
import type { ClientPlaces } from '../load/load.ts'
import { MESHES, USUAL_MESH, WORKLOADS, type MeshName, type WorkloadName } from '../matrix/axes.ts'
import { type Environment, readVariable } from '../system/environment.ts'
import { messageOf } from '../system/file-error.ts'
import type { Application } from '../workloads/application/definition.ts'
import { planApplication } from '../workloads/application/plan.ts'
import { readExistingOptions, readSources } from './existing.ts'
import { keysFromFile } from './from-file.ts'
import { type ClusterName, readOptions, variableOf } from './option.ts'
import {
  clusterOption,
  generalOptions,
  INTERNAL_VARIABLES,
  KEYS,
  kindOptions,
  type MATRICES,
  OPTIONS,
  TOOLS,
} from './options.ts'
import { findNearest } from './kinds.ts'
import { readTerms } from './terms.ts'
import { NO_TERMS, type Terms } from '../lab/terms.ts'

/** Names of Playwright's projects that no tool can have. */
const PROJECTS = ['lab', 'drills', 'controls']

/** Names that two plug-ins of a kind share, or that a tool cannot have. */
export function findTaken({ tool, mesh, workload }: Record<'tool' | 'mesh' | 'workload', readonly string[]>): string[] {
  const kinds = { tool: [...PROJECTS, ...tool], mesh, workload }
  return Object.entries(kinds).flatMap(([kind, names]) => {
    const taken = names.filter((name, index) => names.indexOf(name) !== index)
    return taken.map(
      (name) => `the name "${name}" of a ${kind} is taken. Next: give the ${kind} that was added another name`,
    )
  })
}

/** Maximum number of typing errors in one name. A name with more differences counts as another name. */
const SLIPS = 2

/**
 * Unknown variables that are set, each with the nearest known one: all with the prefix MESHDRILL, and others that differ from a
 * known name only by typing errors.
 */
function findUnknown(environment: Environment, known: readonly string[]): { variable: string; nearest: string }[] {
  return Object.keys(environment)
    .filter((variable) => !known.includes(variable) && readVariable(environment, variable) !== null)
    .flatMap((variable) => {
      const name = variable.toUpperCase()
      const hasPrefix = name.startsWith('MESHDRILL')
      // The length of most other variables alone shows that they are different.
      const candidates = hasPrefix ? known : known.filter((one) => Math.abs(one.length - name.length) <= SLIPS)
      const [best] = findNearest(name, candidates)
      if (best === undefined || (!hasPrefix && best.slips > SLIPS)) return []
      return [{ variable, nearest: best.name }]
    })
}

export { TOOLS } from './options.ts'

/** What a user sets. Each value has a default that works. */
export interface Config extends ClientPlaces {
  /** Provider of the cluster. */
  cluster: ClusterName
  /** Options for the user's own cluster; null with another provider. */
  existing: ExistingOptions | null
  /** Options for a kind cluster; null with another provider. */
  kind: Omit<KindOptions, 'components' | 'workloads'> | null
  /** Licences and accepted agreements. */
  terms: Terms
  /** The only tool to drill; null for every tool. */
  tool: ToolName | null
  /** The rows to drill: a slice with each tool and each family of faults, or all legal rows. */
  matrix: (typeof MATRICES)[number]
  /** The meshes to drill on, one lab after the other. */
  meshes: readonly MeshName[]
  /** The mesh of the first lab. */
  mesh: MeshName
  /** The workloads to drill. */
  workloads: readonly WorkloadName[]
  /** True if the lab stays for the next run. */
  keep: boolean
  /** Name of the run among the runs that it will be merged with, such as `velero-v1.36`; null for a single run. */
  cell: string | null
  /** Seed for all random choices. */
  seed: number
  /** How often each row is drilled. */
  repetitions: number
  /** Objectives that replace those of every spec, in milliseconds; null for the spec's own. */
  rtoMs: number | null
  rpoMs: number | null
  /** Bytes in the volume before the backup. */
  volumeBytes: number
  /** Writes and reads per second of the load, and probes per second. */
  loadRps: number
  probeHz: number
}

/** Reads the configuration, and reports all problems at once. `choose` selects the cluster if the user names none. */
export function readConfig(env: Environment, choose: () => ClusterName = chooseCluster): Config {
  const problems: string[] = findTaken({ tool: TOOLS, mesh: MESHES, workload: WORKLOADS })
  const problem = (text: string): void => {
    problems.push(text)
  }
  for (const { variable, nearest } of findUnknown(env, [...KEYS.map(variableOf), ...INTERNAL_VARIABLES]))
    problem(`${variable}: is not known; the nearest is ${nearest}. Next: unset ${variable}`)
  const named = readVariable(env, variableOf('cluster')) !== null
  // With a wrong name it is not known which values have an effect.
  const chosen = named ? readOptions(clusterOption, env, problem).cluster : choose()
  const cluster = chosen ?? 'embedded'
  if (chosen !== null) findIneffective(env, chosen).forEach(problem)
  const { rto, rpo, volumeMib, mesh, workload, application, ...general } = readOptions(generalOptions, env, problem)
  if (workload.includes('application')) checkApplication(application, problem)
  if (general.loadNodes !== null && general.loadParallelism === 0)
    problem('MESHDRILL_LOAD_NODES: has no effect without pods of the load. Next: set MESHDRILL_LOAD_PARALLELISM')
  if (mesh.length > 1 && general.keep)
    problem(
      'MESHDRILL_KEEP: a run with several meshes makes a lab for each, so no lab can be kept. Next: set one MESHDRILL_MESH, or unset MESHDRILL_KEEP',
    )
  const existing = cluster === 'existing' ? readExistingOptions(env, problem) : null
  const config: Config = {
    ...general,
    cluster,
    existing,
    kind: cluster === 'kind' ? readKindOptions(env, problem) : null,
    terms: cluster === 'embedded' ? NO_TERMS : readTerms(env, problem, existing?.confirm ?? null),
    meshes: mesh,
    mesh: mesh[0] ?? USUAL_MESH,
    workloads: workload,
    rtoMs: rto,
    rpoMs: rpo,
    volumeBytes: volumeMib * (1 << 20),
  }
  if (problems.length > 0) throw new Error(`The configuration is not valid:\n  ${problems.join('\n  ')}`)
  return config
}

/** What is wrong with the user's application is said before anything is changed. */
function checkApplication(application: Application | null, problem: (text: string) => void): void {
  if (application === null) {
    problem('MESHDRILL_WORKLOAD: no application is configured. Next: set application in meshdrill.config.ts')
    return
  }
  try {
    planApplication(application)
  } catch (error) {
    problem(`MESHDRILL_APPLICATION: ${messageOf(error)}`)
  }
}

function readKindOptions(env: Environment, problem: (text: string) => void): Config['kind'] {
  const { kindPorts: ports } = readOptions(kindOptions, env, problem)
  return { ...readSources(env, problem), ports }
}

/** Values that have no effect with the cluster. They are errors, because the user expects an effect. */
function findIneffective(env: Environment, cluster: ClusterName): string[] {
  const fromFile = keysFromFile(env)
  return Object.entries(OPTIONS)
    .filter(([key, { clusters }]) => readVariable(env, variableOf(key)) !== null && !clusters.includes(cluster))
    .map(([key, { clusters }]) => {
      const inFile = fromFile.includes(key)
      const name = inFile ? key : variableOf(key)
      const fitting = clusters.map((one) => (inFile ? `cluster: '${one}'` : `MESHDRILL_CLUSTER=${one}`)).join(' or ')
      return `${name} has no effect with the cluster "${cluster}". Next: set ${fitting}, or ${inFile ? 'remove' : 'unset'} ${name}`
    })
}
