import type { IntegrityCheck, LossMeasure, Write } from '../record/facts.ts'
import type { Route } from '../components/mesh.ts'
import type { Built } from '../lab/built.ts'
import type { Lab } from '../lab/lab.ts'
import type { Published } from '../lab/published.ts'

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
  /** Images that the workload's pods need, by their names among the artifacts, such as `meshdrill/ledger`. */
  readonly images: string[]
  /** Where those images come from; null if the workload brings none of its own. */
  readonly artifacts: { readonly published: Published; readonly built: Built } | null
  /**
   * Applies the workload into a namespace that exists, and resolves when its pods are ready. `storageClass` is that of its
   * volumes, null for the cluster's default.
   */
  deploy(lab: Lab, namespace: string, options: { storageClass: string | null }): Promise<DeployedWorkload>
}

export interface DeployedWorkload {
  readonly namespace: string
  /** The Service that clients talk to. */
  readonly service: { namespace: string; name: string; port: number }
  /** Labels that select its pods, and the name of the container that holds the state. */
  readonly pods: { labels: Record<string, string>; container: string }
  readonly claim: string
  /** Resolves when the service answers through the route; a gateway takes a moment to learn of one. */
  answers(route: Route): Promise<void>
  /** Fills the volume with at least `bytes` of records drawn from `seed`; returns how many records there are now. */
  seed(route: Route, options: { seed: number; bytes: number }): Promise<number>
  /**
   * Reads every record back and compares it with what was written.
   * `seeded` is what `seed` returned, `writes` gives all that the load sent so far: it is asked after the reading, so that
   * a write that came in between is known. `since` is what happened to the volume last. After a `fault`, what was
   * acknowledged must be there: a slot that holds an older record, or none, is a finding. After a `restore` (the default)
   * the verdict counts it, as loss.
   */
  verify(
    route: Route,
    expected: { seed: number; seeded: number; writes: () => Promise<Write[]>; since?: 'fault' | 'restore' },
  ): Promise<IntegrityCheck>
  /** Deletes what holds the state (controller, pods, claim) and resolves when it is gone, so that a restore can bring it back. */
  discard(lab: Lab): Promise<void>
}
