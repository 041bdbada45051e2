import type { V1Taint } from '@kubernetes/client-node'
import type { ObjectReference } from '../kube/object.ts'
import type { PodSelection } from '../kube/placed-pod.ts'
import type { PlacedPod } from '../kube/placed-pod.ts'

/**
 * The undo of one change, as data that another process can read. Every change must have one of these undos. Each undo can be
 * repeated, and does no harm if the change was never made.
 */
export type Undo =
  | { kind: 'nothing'; because: string }
  /** Deletes an object of meshdrill, identified by its mark, and waits until it is gone. */
  | { kind: 'delete-object'; object: ObjectReference; mark: string }
  /** Waits until the pods and nodes of a deleted Workflow are gone: the pods hold the claim. */
  | { kind: 'end-task'; workflow: ObjectReference }
  /** Removes the rules and shapers that Chaos Mesh left in the networks of pods. */
  | { kind: 'clear-networks'; pods: PlacedPod[] }
  /** Waits until no stressor runs in a pod. */
  | { kind: 'end-stressors'; namespace: string; pod: string }
  /** Waits until a pod runs its own images and is Ready. */
  | { kind: 'own-images'; pod: PlacedPod; images: string }
  /** Waits until a pod of a selection is Ready. */
  | { kind: 'pod-ready'; selection: PodSelection }
  /** Starts a node, and restores its labels and taints. `wipe`: with empty disks if its Node object is gone. */
  | { kind: 'start-node'; node: NodeState; wipe: boolean }
  /** Starts the S3 store, which had this number of objects. */
  | { kind: 'start-store'; objects: number }
  /** Replaces the wrong key in a Secret by the store's key. `right` is the fingerprint of the store's key. */
  | { kind: 'restore-key'; secret: SecretReference; wrong: string; right: string }
  /** Sets the memory limit of a container's cgroup: bytes, or `max`. */
  | { kind: 'restore-memory-limit'; pod: PlacedPod; containerId: string; limit: string }
  /** Removes the file that fills a volume. Older entries have no `workload`: they are of the default workload. */
  | { kind: 'unfill-volume'; namespace: string; claim: string; workload?: string }
  /** Suspends backup schedules. */
  | { kind: 'suspend-schedules'; schedules: Schedules }

/** At least one undo. A change without anything to undo has the kind `nothing` with a reason. */
export type Undos = readonly [Undo, ...Undo[]]

/** State of a node before it was stopped. */
export interface NodeState {
  name: string
  /** Address of its kubelet. */
  host: string
  labels: Record<string, string>
  taints: V1Taint[]
}

/** A Secret with its UID. Another Secret of the same name is not touched. */
export interface SecretReference {
  namespace: string
  name: string
  uid: string
}

/** CronJobs of Kubernetes or Schedules of Velero, by their labels. */
export interface Schedules {
  kind: 'CronJob' | 'Schedule'
  namespace: string
  labels: Record<string, string>
}
