import { z } from 'zod'
import * as drill from './schema/drill.ts'
import * as measured from './schema/measured.ts'
import * as run from './schema/run.ts'

export {
  type CallOutcome,
  type CallSample,
  FILE_ATTRIBUTES,
  MESH_ASPECTS,
  type ProbeSample,
  type Sample,
} from './schema/measured.ts'
export { EVENTS_SCHEMA } from './schema/run.ts'

/** The schema of each kind of fact. */
export const FACTS = { ...run.runFacts, ...drill.drillFacts }

type OfEach<Schemas extends Record<string, z.ZodType>> = {
  [Kind in keyof Schemas]: z.infer<Schemas[Kind]>
}[keyof Schemas]

/** Facts of the run as a whole. */
export type RunFact = OfEach<typeof run.runFacts>

/** Facts of one drill. `drill` is the drill's id. */
export type DrillFact = OfEach<typeof drill.drillFacts>

/**
 * One fact of a run: a line of `events.jsonl`, written as soon as the fact is known. Verdict and report depend on these facts
 * only, so a run can be judged and reported again without a cluster.
 *
 * Times are milliseconds since the epoch, measured by the clock of the machine that runs the drills, unless a field says otherwise.
 */
export type Fact = RunFact | DrillFact

export type RunDescription = z.infer<typeof run.runDescription>
/** A run that is part of a merged run. */
export type MergedRun = z.infer<typeof run.mergedRun>
export type ManifestCounts = z.infer<typeof run.manifestCounts>
export type UserEffort = z.infer<typeof run.userEffort>

export type Objectives = z.infer<typeof drill.objectives>
export type Expectations = z.infer<typeof drill.expectations>
export type LossMeasure = z.infer<typeof drill.lossMeasure>
export type ClaimState = z.infer<typeof drill.claimState>
export type StepName = z.infer<typeof drill.step>

export type Write = z.infer<typeof measured.write>
export type LoadResult = z.infer<typeof measured.load>
export type OperationResult = z.infer<typeof measured.operation>
export type IntegrityCheck = z.infer<typeof measured.integrityCheck>
export type Finding = z.infer<typeof measured.finding>
/** An attribute of files, and how many entries came back with it. */
export type KeptAttribute = z.infer<typeof measured.keptAttribute>
export type FileAttribute = KeptAttribute['attribute']
export type FindingKind = Finding['kind']
export type ResourceSample = z.infer<typeof measured.resourceSample>
export type MeshState = z.infer<typeof measured.meshState>
export type MeshAspect = (typeof measured.MESH_ASPECTS)[number]
