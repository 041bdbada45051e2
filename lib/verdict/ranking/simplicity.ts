import type { z } from 'zod'
import type { ManifestCounts, RunFact, UserEffort } from '../../record/facts.ts'
import type { criterionName, simplicity } from '../schema/ranking.ts'
import { contrast } from '../statistics/contrast.ts'
import { findMedian } from '../statistics/median.ts'
import { readSample } from '../statistics/sample.ts'

/** Recorded facts about the simplicity of a tool. Null or empty if not recorded. */
export interface SimplicityFacts {
  tool: string
  strategy: string
  manifests: ManifestCounts | null
  effort: UserEffort | null
  /** Duration of each install until the tool was ready to back up, in milliseconds. */
  installMs: number[]
}

export interface Criterion {
  name: z.infer<typeof criterionName>
  /** For people. */
  counts: string
  source: 'manifests' | 'driver' | 'clock'
  /** Null if it is not known. */
  read: (facts: SimplicityFacts) => number | null
}

/** The criteria of simplicity. Each is a count, lower is simpler, and they are never added up. */
export const rubric: readonly Criterion[] = [
  ofManifests('objects', 'objects'),
  ofManifests('definitions', 'CustomResourceDefinitions'),
  ofManifests('images', 'container images'),
  ofManifests('privilegedPods', 'pods that reach into the node'),
  ofManifests('permissions', 'pairs of a resource and a verb that its roles list'),
  ofManifests('unboundedGrants', 'rules that allow everything, and bindings to cluster-admin'),
  ofUser('configurationLines', 'lines of configuration that the user writes', ({ configuration }) =>
    configuration.reduce((sum, { lines }) => sum + lines, 0),
  ),
  ofUser('backupSteps', 'steps to a first backup', ({ firstBackup }) => firstBackup.length),
  ofUser('restoreSteps', 'steps to a restore', ({ restore }) => restore.length),
  {
    name: 'installMs',
    counts: 'time to install',
    source: 'clock',
    read: ({ installMs }) => findMedian(readSample(installMs))?.high ?? null,
  },
]

/**
 * Collects the facts of each strategy. Strategies of one tool share its installation, and each has its own user effort.
 */
export function gatherSimplicity(facts: readonly RunFact[]): SimplicityFacts[] {
  const toolFacts = facts.filter((fact) => fact.kind === 'run.tool')
  const last = new Map(toolFacts.map((fact) => [JSON.stringify([fact.tool, fact.strategy]), fact]))
  return [...last.values()].map(({ tool, strategy, effort }) => {
    const sameTool = toolFacts.filter((fact) => fact.tool === tool)
    return {
      tool,
      strategy,
      effort,
      manifests: sameTool.findLast(({ manifests }) => manifests !== null)?.manifests ?? null,
      installMs: sameTool.map(({ installMs }) => installMs).filter((durationMs) => durationMs !== null),
    }
  })
}

/** The simplicity of a tool: its counts, and the declared user effort. */
export type Simplicity = z.infer<typeof simplicity>
/** The count of a tool by one criterion. */
export type SimplicityCount = Simplicity['counts'][number]

/** The counts of one tool and their ranks among all tools. */
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
  // Counts are exact. The install time varies from run to run, so only a shown difference ranks.
  const able =
    source !== 'clock' || known.every((facts) => facts === own || contrast(facts.installMs, own.installMs).enough)
  const rank = count === null || known.length < 2 || !able ? null : 1 + known.filter(isLess).length
  return { criterion: name, count, rank, of: known.length }
}

function ofManifests(name: keyof ManifestCounts, counts: string): Criterion {
  return { name, counts, source: 'manifests', read: ({ manifests }) => manifests?.[name] ?? null }
}

function ofUser(name: Criterion['name'], counts: string, count: (effort: UserEffort) => number): Criterion {
  return { name, counts, source: 'driver', read: ({ effort }) => effort && count(effort) }
}
