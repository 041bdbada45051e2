import type { Moment } from './moment.ts'

/** Changes with the shape or meaning of any fact; other programs' facts are not turned into these. */
export const EVENTS_SCHEMA = 'meshdrill/events@1'

/**
 * What is known of a run, one fact a line of `events.jsonl`, written the moment it is known. Verdict and report are
 * functions of these facts alone, so a run can be judged and drawn again without a cluster.
 *
 * Times are milliseconds since the epoch by the clock of the machine that runs the drills, unless a field says otherwise.
 */
export type Fact = RunFact | DrillFact

/** Facts of the run as a whole. */
export type RunFact =
  | { kind: 'run.started'; at: number; schema: typeof EVENTS_SCHEMA; run: RunDescription }
  | { kind: 'run.component'; at: number; name: string; version: string; source: string }
  /** Before a drill: its strategy is ready to back up. The first two are null where its tool was there already. */
  | {
      kind: 'run.tool'
      at: number
      tool: string
      strategy: string
      version: string
      /** From the first request to where it is ready. */
      installMs: number | null
      manifests: ManifestCounts | null
      effort: UserEffort
    }
  | { kind: 'run.ended'; at: number }

export interface RunDescription {
  id: string
  /** Random UUID: two runs never share it, while two that began in the same second may share `id`. Not in runs of earlier versions. */
  uid?: string
  /** This, the nodes and the machine are null only in a run that was merged of several in which they differ. */
  seed: number | null
  provider: string
  kubernetes: string
  nodes: number | null
  machine: { cpus: number; memoryBytes: number } | null
  /** Of a run that was merged of several: which they were, and in what they differ, a sentence each. */
  merged?: { runs: MergedRun[]; told: string[] }
}

/** A run that has become part of another. */
export interface MergedRun extends Omit<RunDescription, 'merged'> {
  startedAt: number
  /** Null where it did not come to its end. */
  durationMs: number | null
  /** How many drills of it are here. They stand together, in the order of the runs. */
  drills: number
  /** The id in that run of each of these drills, by its id here. Not in runs that earlier versions merged. */
  drillIds?: Record<string, string>
}

/** What can be counted from the manifests that a tool applies. What its operators make later is not in them. */
export interface ManifestCounts {
  /** Objects, each once, however often it is applied. */
  objects: number
  /** Of them, CustomResourceDefinitions. */
  definitions: number
  /** Distinct images of the containers and init containers of pod templates. */
  images: number
  /**
   * Pod templates (a DaemonSet is one) that reach into the node: a privileged container, the node's network, process or
   * IPC namespace, or a hostPath volume.
   */
  privilegedPods: number
  /** Pairs of a resource (or a URL) and a verb in the rules of Roles and ClusterRoles, added up; `*` counts as one. */
  permissions: number
  /** Rules that allow every verb or every resource, and bindings to cluster-admin: the pairs that `permissions` cannot count. */
  unboundedGrants: number
}

/** What a user has to do by hand to protect a service with one volume, as the strategy's driver declares it. */
export interface UserEffort {
  /** Each text that the user writes, with its lines that are neither blank nor a comment. */
  configuration: { what: string; lines: number }[]
  /** Steps from an installed tool to the first backup, a sentence each. */
  firstBackup: string[]
  /** Steps from the loss to a restore that has begun. */
  restore: string[]
  /** Where the driver does just this. */
  source: string
}

/** Facts of one drill; `drill` is the drill's id. */
export type DrillFact = { at: number; drill: string } &
  /** `loss` is what the workload can measure; runs of earlier versions measure writes, and do not say so. */
  (
    | { kind: 'drill.planned'; axes: DrillAxes; objectives: Objectives; expectations: Expectations; loss?: LossMeasure }
    | { kind: 'drill.skipped'; reason: string }
    /** The last fact of a drill; without it the drill was interrupted. `error` is what stopped it early. */
    | { kind: 'drill.ended'; error: string | null }
    | { kind: 'step.started'; step: StepName; what: string }
    | { kind: 'step.ended'; step: StepName; what: string; error: string | null }
    /** Probes, in the order they were due. `answered` is null where no answer came in time. */
    | { kind: 'probes'; intervalMs: number; timeoutMs: number; samples: ProbeSample[] }
    | { kind: 'probes.ended'; sent: number; error: string | null }
    /** Writes in the order their outcome was known. */
    | { kind: 'writes'; writes: Write[] }
    | { kind: 'load.ended'; load: LoadResult }
    | { kind: 'fault.requested'; fault: string; target: string }
    /** The fault was seen to have taken effect, at a time between the two. `evidence` says what was seen, in words and numbers. */
    | { kind: 'fault.observed'; fault: string; between: [number, number]; evidence: string }
    | { kind: 'fault.healed'; fault: string; evidence: string }
    | { kind: 'backup.requested'; name: string }
    /** `storedBytes` is by how much the tool's objects in the store grew; null where that is not known, older runs do not say. */
    | { kind: 'backup.ended'; name: string; operation: OperationResult; storedBytes?: number | null }
    /** A backup that the tool made by its own clock, and that was the newest when the fault struck. */
    | { kind: 'backup.found'; name: string; operation: OperationResult }
    /** `claim` says whether that of the volume that is restored was there then; older runs do not say. */
    | { kind: 'restore.requested'; name: string; claim?: ClaimState }
    | { kind: 'restore.ended'; name: string; operation: OperationResult; claim?: ClaimState }
    /** A backup was restored beside the service that it is of, and every record of that copy read back. */
    | { kind: 'backup.proved'; name: string; operation: OperationResult; check: IntegrityCheck }
    /** Every record of the volume was read back; `phase` says when. */
    | { kind: 'integrity.checked'; phase: 'seeded' | 'after-fault' | 'after-restore'; check: IntegrityCheck }
    | { kind: 'resources'; samples: ResourceSample[] }
    | { kind: 'mesh.state'; phase: 'before' | 'after'; state: MeshState }
    /** After the drill: what is still there of its fault, a sentence each. */
    | { kind: 'inventory.checked'; left: string[]; error: string | null }
    | { kind: 'note'; text: string }
  )

/**
 * Which loss a workload can measure: acknowledged writes one by one, files whose newest acknowledged content is missing, or none
 * at all, for this reason.
 */
export type LossMeasure = { by: 'writes' } | { by: 'files' } | { by: 'none'; reason: string }

export type ClaimState = 'there' | 'gone'

export type StepName = 'provision' | 'back up' | 'break' | 'restore' | 'assert'

export interface DrillAxes {
  tool: string
  strategy: string
  mesh: string
  fault: string
  /** Runs of earlier versions did not record it: `readMoment` derives it. */
  moment?: Moment
  workload: string
  repetition: number
}

/** What must hold: recovery time in milliseconds, and the age in milliseconds of the oldest acknowledged write that may be lost. */
export interface Objectives {
  rtoMs: number
  rpoMs: number
}

/** What the fault of a drill must be seen to do, else the drill proves nothing. */
export interface Expectations {
  /** Probes must fail after the fault: it takes the service away. */
  outage: boolean
  /** The integrity check after the fault must find corruption. */
  corruption: boolean
  /** The drill restores from a backup. */
  restore: boolean
  /** The backup may end in a state other than success, as the fault hits the backup itself; it must still end in an honest one. */
  backupMayFail: boolean
  /** A restore may fail, as the fault hits the restore itself; it must then be done again, and succeed. */
  restoreMayFail?: boolean
  /** Whether the strategy promises the state of one moment, as a snapshot does. */
  pointInTime?: boolean
  /** Whether the state can be brought back from this fault with this tool; false is a finding, and must stay true. */
  recoverable?: boolean
  /** Requests per second that the load must have reached for its figures to mean anything. */
  minimumLoadRps: number
}

/** [due, answered or null, answered rightly], and when it was sent where that was later than when it was due. */
export type ProbeSample = [dueMs: number, answeredMs: number | null, right: boolean, sentMs?: number]

export interface Write {
  /** Unique, one more than that of the write sent before. */
  sequence: number
  /** The place in the volume, in records. */
  slot: number
  /** How often this slot was written before, plus one. */
  generation: number
  sentMs: number
  /** When the 2xx reached the client; null where none did: such a write may or may not be there. */
  acknowledgedMs: number | null
}

export interface LoadResult {
  requests: number
  failed: number
  durationMs: number
  /** Null where no request was answered. */
  p50Ms: number | null
  p99Ms: number | null
  /** Why the load is not to be trusted (the generator crashed, its output is torn), else null. */
  error: string | null
}

export interface OperationResult {
  /** The tool's own terminal state, spelt as the tool spells it. */
  state: string
  succeeded: boolean
  /** By the cluster's clock; null where the tool does not say. */
  startedMs: number | null
  endedMs: number | null
  /** Bytes of the workload's volumes that were moved; null where the tool does not say. */
  bytes: number | null
  /** What the tool says of itself: warnings, errors, items, volumes. */
  details: Record<string, string | number | null>
}

export interface IntegrityCheck {
  /** Records that were read, and their bytes. */
  objects: number
  bytes: number
  findings: Finding[]
  /** For each slot that the load wrote to: [slot, sequence found there], sequence -1 where the slot is empty. */
  slots: [slot: number, sequence: number][]
  /** Why the check could not be finished, else null. */
  error: string | null
}

export type FindingKind =
  'lost' | 'stale' | 'torn' | 'misdirected' | 'flipped' | 'truncated' | 'phantom' | 'changed attribute'

export interface Finding {
  kind: FindingKind
  file: string
  offset: number
  detail: string
}

export interface ResourceSample {
  at: number
  /** `node/<name>` or `pod/<namespace>/<name>`. */
  scope: string
  /** Whether the scope belongs to the backup tool. */
  tool: boolean
  /** Cumulative since the scope started, in seconds. */
  cpuSeconds: number
  memoryBytes: number
  /** When the first of a pod's containers began, by its node's clock; told once. Not of nodes, nor in runs of earlier versions. */
  sinceMs?: number
}

/** What of a proxy's state a mesh may let others see; each is a field of `MeshState`. */
export const MESH_ASPECTS = ['configuration', 'identities', 'policies', 'requests', 'accessLogLines'] as const
export type MeshAspect = (typeof MESH_ASPECTS)[number]

export interface MeshState {
  /** Normalised proxy configuration, section name → SHA-256 of its canonical JSON. */
  configuration: Record<string, string>
  /** Certificate identities: subject alternative name and issuer. */
  identities: string[]
  /** Names of the mesh's policy objects with a hash of their spec. */
  policies: Record<string, string>
  /** Requests that the proxy counted so far; null where no metric was there. */
  requests: number | null
  /** Lines of access log that the proxy wrote so far. */
  accessLogLines: number | null
  /** The proxies' containers, by their IDs: another one counts from zero. Not in runs of earlier versions. */
  proxies?: string[]
  /** The fields above that this mesh has no such thing for. Runs of earlier versions do not say: all were offered. */
  notOffered?: MeshAspect[]
  /** Why the state is not known, else null. */
  error: string | null
}
