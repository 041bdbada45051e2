import { countManifests, type ManifestCounts } from './manifests.ts'
import { findMedian } from '../statistics/median.ts'
import { readSample } from '../statistics/sample.ts'
import { contrast } from '../statistics/contrast.ts'

export { countManifests, type ManifestCounts }

/** What a user has to do by hand, as the tool's driver declares it: a sentence for each thing. */
export interface UserEffort {
  /** Each text that the user writes, with its lines that are neither blank nor a comment. */
  configuration: { what: string; lines: number }[]
  /** Steps from an installed tool to the first backup. */
  firstBackup: string[]
  /** Steps from the loss to a restore that has begun. */
  restore: string[]
}

/** What is known of how simple a tool is; null or empty where it was not recorded. */
export interface SimplicityFacts {
  tool: string
  strategy: string
  manifests: ManifestCounts | null
  effort: UserEffort | null
  /** How long each install took until the tool was ready to back up, in milliseconds. */
  installMs: number[]
}

export interface Criterion {
  name: keyof ManifestCounts | 'configurationLines' | 'backupSteps' | 'restoreSteps' | 'installMs'
  /** For people. */
  counts: string
  source: 'manifests' | 'driver' | 'clock'
  /** Null where it is not known. */
  read: (facts: SimplicityFacts) => number | null
}

/** What simplicity is: counts, lower is simpler, and nothing added up. */
export const rubric: readonly Criterion[] = [
  ofManifests('objects', 'objects applied at install'),
  ofManifests('definitions', 'CustomResourceDefinitions'),
  ofManifests('images', 'container images'),
  ofManifests('privilegedPods', 'pods that reach into the node'),
  ofManifests('permissions', 'pairs of a resource and a verb that it may use'),
  ofManifests('unboundedGrants', 'rules that allow everything, and bindings to cluster-admin'),
  ofUser('configurationLines', 'lines of configuration that the user writes', ({ configuration }) =>
    configuration.reduce((sum, { lines }) => sum + lines, 0),
  ),
  ofUser('backupSteps', 'steps to a first backup', ({ firstBackup }) => firstBackup.length),
  ofUser('restoreSteps', 'steps to a restore', ({ restore }) => restore.length),
  {
    name: 'installMs',
    counts: 'time to install, in milliseconds',
    source: 'clock',
    read: ({ installMs }) => findMedian(readSample(installMs))?.high ?? null,
  },
]

/** A tool by one criterion. */
export interface SimplicityCount {
  criterion: Criterion['name']
  count: number | null
  /** One more than the tools that have less; null where fewer than two are known, or a difference in time could not be shown. */
  rank: number | null
  /** How many tools are known by this criterion. */
  of: number
}

/** A tool's simplicity: its counts, and what of them was declared. */
export interface Simplicity {
  counts: SimplicityCount[]
  effort: UserEffort | null
}

/** The counts of one tool, and where they stand among those of all. */
export function compareSimplicity(own: SimplicityFacts, all: readonly SimplicityFacts[]): Simplicity {
  const counts = rubric.map((criterion) => countOne(criterion, own, all))
  return { counts, effort: own.effort }
}

function countOne(
  { name, source, read }: Criterion,
  own: SimplicityFacts,
  all: readonly SimplicityFacts[],
): SimplicityCount {
  const count = read(own)
  const known = all.filter((facts) => read(facts) !== null)
  const isLess = (facts: SimplicityFacts) =>
    source === 'clock'
      ? contrast(facts.installMs, own.installMs).verdict === 'less'
      : (read(facts) ?? NaN) < (count ?? NaN)
  // A count is what it is; a time varies from install to install.
  const able =
    source !== 'clock' || known.every((facts) => facts === own || contrast(facts.installMs, own.installMs).enough)
  const rank = count === null || known.length < 2 || !able ? null : 1 + known.filter(isLess).length
  return { criterion: name, count, rank, of: known.length }
}

/** Lines of a configuration that say something: neither blank nor a comment (`#`). */
export function countLines(text: string): number {
  return text.split('\n').filter((line) => !/^\s*(#|$)/.test(line)).length
}

function ofManifests(name: keyof ManifestCounts, counts: string): Criterion {
  return { name, counts, source: 'manifests', read: ({ manifests }) => manifests?.[name] ?? null }
}

function ofUser(name: Criterion['name'], counts: string, count: (effort: UserEffort) => number): Criterion {
  return { name, counts, source: 'driver', read: ({ effort }) => effort && count(effort) }
}
