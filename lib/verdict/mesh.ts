import type { z } from 'zod'
import { MESH_ASPECTS, type MeshAspect, type MeshState } from '../record/facts.ts'
import { type DrillEvidence, select } from './evidence.ts'
import type { drillResult } from './schema/result.ts'
import { answer, type Answer } from './answer.ts'

export type MeshComparison = NonNullable<z.infer<typeof drillResult>['meshState']>

const TITLES: Record<MeshAspect, string> = {
  configuration: 'proxy configuration',
  identities: 'identities',
  policies: 'policies',
  requests: 'metrics',
  accessLogLines: 'access log',
}

/** 'metrics, access log'. */
export const nameAspects = (aspects: readonly MeshAspect[]): string =>
  aspects.map((aspect) => TITLES[aspect]).join(', ')

const offeredBy = ({ notOffered = [] }: MeshState): MeshAspect[] =>
  MESH_ASPECTS.filter((aspect) => !notOffered.includes(aspect))

/**
 * Compares the mesh before the fault with the mesh after the restore. Metrics and access log have resumed if their
 * counts changed and are above zero. New proxies count from zero, so for them any count above zero is enough. Aspects
 * that the mesh does not offer are not compared.
 */
export function compareMeshStates(before: MeshState, after: MeshState): MeshComparison {
  const known = new Set(before.proxies)
  const others = before.proxies !== undefined && after.proxies?.some((proxy) => known.has(proxy)) === false
  const hasResumed = (was: number | null, is: number | null) => is !== null && is > 0 && (others || is !== was)
  const found: Record<MeshAspect, string[]> = {
    configuration: compareHashes('configuration section', before.configuration, after.configuration),
    identities: compareIdentities(before.identities, after.identities),
    policies: compareHashes('policy', before.policies, after.policies),
    requests: hasResumed(before.requests, after.requests) ? [] : ['metrics did not resume'],
    accessLogLines: hasResumed(before.accessLogLines, after.accessLogLines) ? [] : ['access log did not resume'],
  }
  const offered = offeredBy(before)
  const differences = offered.flatMap((aspect) => found[aspect])
  const equal = offered.length === 0 ? null : differences.length === 0
  return { equal, differences, notOffered: [...(before.notOffered ?? [])] }
}

/** Why a state before the fault cannot be compared, else null. Two empty states are equal and prove nothing. */
function findBlindSpot(before: MeshState): string | null {
  const offered = offeredBy(before)
  const hasNone: Record<MeshAspect, boolean> = {
    configuration: Object.keys(before.configuration).length === 0,
    identities: before.identities.length === 0,
    // A mesh without policies is fine if its proxies were seen. If it offers only policies, there is nothing to
    // compare.
    policies: offered.length === 1 && Object.keys(before.policies).length === 0,
    requests: !((before.requests ?? 0) > 0),
    accessLogLines: !((before.accessLogLines ?? 0) > 0),
  }
  const blind = offered.find((aspect) => hasNone[aspect])
  return blind === undefined ? null : BLIND[blind]
}

const BLIND: Record<MeshAspect, string> = {
  configuration: 'no proxy configuration was seen before the fault',
  identities: 'no proxy identity was seen before the fault',
  policies: 'no policy was seen before the fault',
  requests: 'the proxies had counted no request before the fault',
  accessLogLines: 'the proxies had logged no access before the fault',
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

/** The comparison of the mesh before and after the fault, or why there is none. */
export type MeshMeasurement =
  { comparison: MeshComparison; problem: null } | { comparison: null; problem: Answer<'mesh'> }

/** Null for an older run without a mesh. It recorded no usable state. */
export function measureMesh({ facts, planned, fault }: DrillEvidence): MeshMeasurement | null {
  const states = select(facts, 'mesh.state')
  const [first] = states
  // The traits of a mesh do not change during a drill: one state is enough to know what it does not offer.
  if (first !== undefined && offeredBy(first.state).length === 0)
    return { comparison: compareMeshStates(first.state, first.state), problem: null }
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
  if (offeredBy(before).join() !== offeredBy(after).join())
    return unknown(
      answer(
        'mesh.unknown',
        'the state of the mesh is not known: the mesh offered other aspects before the fault than after it',
      ),
    )
  const blind = findBlindSpot(before)
  if (blind !== null) return unknown(answer('mesh.nothing-to-compare', blind))
  return { comparison: compareMeshStates(before, after), problem: null }
}
