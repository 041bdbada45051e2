import type { Route } from '../components/mesh.ts'
import type { Built } from '../lab/built.ts'
import type { Lab } from '../lab/lab.ts'
import type { Published } from '../lab/published.ts'
import type { IntegrityCheck, LossMeasure, Write } from '../record/facts.ts'
import type { Damage } from './damage.ts'

/** A stateful service for drills. */
export interface Workload<Name extends string = string> {
  /** Name in the matrix, the configuration and the results. */
  readonly name: Name
  /** Name for people. */
  readonly title: string
  /** Limits of its figures that a user must know, for docs and report: one or two sentences. */
  readonly about: string
  /** Kind of loss that its check can measure. */
  readonly loss: LossMeasure
  /** Images that its pods and its damage need, by their names among the artifacts, such as `meshdrill/ledger`. */
  readonly images: readonly string[]
  /** Sources of those images. Null if the workload has no images of its own. */
  readonly artifacts: { readonly published: Published; readonly built: Built } | null
  /**
   * True if it may answer for a while after its volume was deleted, from memory or from open files. A fault that deletes the volume
   * then deletes the pods too, so that the loss takes effect. Default: false.
   */
  readonly answersWithoutVolume?: boolean
  /**
   * Texts of the seeded data, as they are on the volume: a search of the store finds some of them if the backup is not encrypted. At
   * least 32 bytes each, and far from each other. If absent, the drill does not look for the data.
   */
  readonly canaries?: (seed: number) => Uint8Array[]
  /**
   * True if it has no volume, so that a restore brings back objects only. Faults that strike volumes or moved data, and
   * tools that copy volumes only, are not drilled with it. Default: false.
   */
  readonly withoutVolume?: boolean
  readonly clients: WorkloadClients
  readonly damage: Damage
  /**
   * Applies the workload in an existing namespace and resolves when its pods are ready. `storageClass` is the class of its
   * volumes, null for the cluster's default.
   */
  deploy(lab: Lab, namespace: string, options: { storageClass: string | null }): Promise<DeployedWorkload>
}

/** Programs that use the service. They run as separate processes or pods. */
export interface WorkloadClients {
  /** Path of the k6 script. It prints the log of writes and acknowledgements that load/outcomes.ts reads. */
  readonly load: string
  /** Path of the prober's main program. It defines the request and the right answer of each probe. */
  readonly prober: string
  /** Further settings of both programs, as text that they parse. Only needed if services of the workload differ. */
  readonly settings?: () => string
}

export interface DeployedWorkload {
  readonly namespace: string
  /** The Service that clients talk to. */
  readonly service: { namespace: string; name: string; port: number }
  /** Labels that select the stateful pods, and the name of their stateful container. */
  readonly pods: { labels: Record<string, string>; container: string }
  /** Claims of its volumes, none if it has no state. Faults strike the first. A restore must bring back all. */
  readonly claims: readonly string[]
  /** Resolves when the service answers through the route. A gateway needs some time to learn of a new route. */
  answers(route: Route): Promise<void>
  /** Fills the volumes with at least `bytes` of data that depends on `seed` only. Returns the number of objects. */
  seed(route: Route, options: { seed: number; bytes: number }): Promise<number>
  /** Reads every object back and compares it with what was written. If reading fails, `error` of the result is set. */
  verify(route: Route, expected: ExpectedData): Promise<IntegrityCheck>
  /** Deletes controllers, pods and claims, so that a restore can bring them back. Resolves when they are gone. */
  discard(lab: Lab): Promise<void>
}

export interface ExpectedData {
  seed: number
  /** Number of objects that `seed` returned. */
  seeded: number
  /** All writes that the load sent so far. Called after the objects were read, so that no write is missing. */
  writes: () => Promise<Write[]>
  /**
   * The last event that affected the data. After a `fault`, an older or missing object is a finding, because every
   * acknowledged write must be there. After a `restore` (the default) the verdict counts it as loss.
   */
  since?: 'fault' | 'restore'
  /** Namespace of the copy to read. Default: the workload's namespace. */
  namespace?: string
}
