import type { MeshState } from '../record/facts.ts'
import { type DrillEvidence, select } from './evidence.ts'
import { answer, type Answer } from './answer.ts'

export interface MeshComparison {
  equal: boolean
  /** What differs, each a sentence for people. */
  differences: string[]
}

/**
 * What the restore did to the mesh. Metrics and access log have resumed where they say something else than before, and more
 * than nothing; of other proxies, which count from zero, more than nothing is enough.
 */
export function compareMeshStates(before: MeshState, after: MeshState): MeshComparison {
  const known = new Set(before.proxies)
  const others = before.proxies !== undefined && after.proxies?.some((proxy) => known.has(proxy)) === false
  const hasResumed = (was: number | null, is: number | null) => is !== null && is > 0 && (others || is !== was)
  const differences = [
    ...compareHashes('configuration section', before.configuration, after.configuration),
    ...compareIdentities(before.identities, after.identities),
    ...compareHashes('policy', before.policies, after.policies),
    ...(hasResumed(before.requests, after.requests) ? [] : ['metrics did not resume']),
    ...(hasResumed(before.accessLogLines, after.accessLogLines) ? [] : ['access log did not resume']),
  ]
  return { equal: differences.length === 0, differences }
}

/** Why a state before the fault is nothing to compare with, else null: two empty states are equal and prove nothing. */
export function findBlindSpot(before: MeshState): string | null {
  if (Object.keys(before.configuration).length === 0) return 'no proxy configuration was seen before the fault'
  if (before.identities.length === 0) return 'no proxy identity was seen before the fault'
  if (!((before.requests ?? 0) > 0)) return 'the proxies had counted no request before the fault'
  return (before.accessLogLines ?? 0) > 0 ? null : 'the proxies had logged no access before the fault'
}

function compareHashes(what: string, before: Record<string, string>, after: Record<string, string>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return names.flatMap((name) => {
    if (!Object.hasOwn(after, name)) return [`${what} "${name}" is missing`]
    if (!Object.hasOwn(before, name)) return [`${what} "${name}" was added`]
    return before[name] === after[name] ? [] : [`${what} "${name}" changed`]
  })
}

function compareIdentities(before: string[], after: string[]): string[] {
  return [
    ...[...new Set(before)].filter((name) => !after.includes(name)).map((name) => `identity "${name}" is missing`),
    ...[...new Set(after)].filter((name) => !before.includes(name)).map((name) => `identity "${name}" was added`),
  ]
}

/** The mesh before and after the fault, or why they cannot be compared. */
export type MeshMeasurement =
  { comparison: MeshComparison; problem: null } | { comparison: null; problem: Answer<'mesh'> }

/** Null where the drill has no mesh. */
export function measureMesh({ facts, planned, fault }: DrillEvidence): MeshMeasurement | null {
  const states = select(facts, 'mesh.state')
  if (planned?.axes.mesh === 'none') return null
  const before = states.find(({ phase }) => phase === 'before')?.state
  const isAfterFault = (at: number) => fault === null || at >= fault.between[0]
  const after = states.findLast(({ phase, at }) => phase === 'after' && isAfterFault(at))?.state
  const unknown = (problem: Answer<'mesh'>) => ({ comparison: null, problem })
  if (!before || !after)
    return unknown(
      answer('mesh.not-seen', `the state of the mesh ${before ? 'after' : 'before'} the fault was not seen`),
    )
  const error = before.error ?? after.error
  if (error !== null) return unknown(answer('mesh.unknown', `the state of the mesh is not known: ${error}`))
  const blind = findBlindSpot(before)
  if (blind !== null) return unknown(answer('mesh.nothing-to-compare', blind))
  return { comparison: compareMeshStates(before, after), problem: null }
}
