import type { Route } from '../components/mesh.ts'
import type { Built } from '../lab/built.ts'
import type { Lab } from '../lab/lab.ts'
import type { Published } from '../lab/published.ts'
import type { IntegrityCheck, LossMeasure, Write } from '../record/facts.ts'
import type { Damage } from './damage.ts'

/** A stateful service to lose and to get back. */
export interface Workload<Name extends string = string> {
  /** As in the matrix, the configuration and the results. */
  readonly name: Name
  /** As people call it. */
  readonly title: string
  /** What a user must know before they trust its figures, in one or two sentences, for docs and report. */
  readonly about: string
  /** Which loss its check can measure. */
  readonly loss: LossMeasure
  /** Images that its pods and its damage need, by their names among the artifacts, such as `meshdrill/ledger`. */
  readonly images: readonly string[]
  /** Where those images come from; null if the workload brings none of its own. */
  readonly artifacts: { readonly published: Published; readonly built: Built } | null
  readonly clients: WorkloadClients
  readonly damage: Damage
  /**
   * Applies the workload into a namespace that exists, and resolves when its pods are ready. `storageClass` is that of its
   * volumes, null for the cluster's default.
   */
  deploy(lab: Lab, namespace: string, options: { storageClass: string | null }): Promise<DeployedWorkload>
}

/** The programs that use the service, which run as processes or pods of their own. */
export interface WorkloadClients {
  /** Path of the k6 script. It writes the lines that load/outcomes.ts reads: the log of writes, and which were acknowledged. */
  readonly load: string
  /** Path of the prober's main program: what each probe asks, and which answer is right. */
  readonly prober: string
  /** What both must know beside the data, as text that they parse. Not needed where each service of the workload is the same. */
  readonly settings?: () => string
}

export interface DeployedWorkload {
  readonly namespace: string
  /** The Service that clients talk to. */
  readonly service: { namespace: string; name: string; port: number }
  /** Labels that select the pods that hold the state, and the name of the container in them that does. */
  readonly pods: { labels: Record<string, string>; container: string }
  /** The claims of its volumes, none if it has no state. Faults strike the first; a restore has to bring back all. */
  readonly claims: readonly string[]
  /** Resolves when the service answers through the route; a gateway takes a moment to learn of one. */
  answers(route: Route): Promise<void>
  /** Fills the volumes with at least `bytes` of data, all of it chosen by `seed`; returns how many objects there are now. */
  seed(route: Route, options: { seed: number; bytes: number }): Promise<number>
  /** Reads every object back and compares it with what was written. What stops it is the `error` of its result. */
  verify(route: Route, expected: ExpectedData): Promise<IntegrityCheck>
  /** Deletes what holds the state (controller, pods, claims) and resolves when it is gone, so that a restore can bring it back. */
  discard(lab: Lab): Promise<void>
}

export interface ExpectedData {
  seed: number
  /** What `seed` returned. */
  seeded: number
  /** All writes that the load sent so far. They are asked for after the reading, so that it includes those that came in between. */
  writes: () => Promise<Write[]>
  /**
   * What happened to the data last. After a `fault`, what was acknowledged must be there: an object that is older, or missing, is
   * a finding. After a `restore` (the default) it is none: the verdict counts it as loss.
   */
  since?: 'fault' | 'restore'
  /** Namespace of the copy that is read, if it is not the workload's own. */
  namespace?: string
}
