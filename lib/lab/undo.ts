import type { V1Taint } from '@kubernetes/client-node'
import type { ObjectReference } from '../kube/object.ts'
import type { PodSelection } from '../kube/placed-pod.ts'
import type { PlacedPod } from '../kube/placed-pod.ts'

/**
 * How one change is undone, as data that another process can read. The list is closed: a change that none of these undoes
 * does not compile. Each can be done again, and each is harmless if the change was never made.
 */
export type Undo =
  | { kind: 'nothing'; because: string }
  /** Deletes an object of ours, known by its mark, and waits until it is gone. */
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
  /** Starts a node, and gives it back its labels and taints. `wipe`: with empty disks if its Node object is gone. */
  | { kind: 'start-node'; node: NodeState; wipe: boolean }
  /** Starts the S3 store, which held this many objects. */
  | { kind: 'start-store'; objects: number }
  /** Replaces the wrong key in a Secret by the store's own, of which `right` is the fingerprint. */
  | { kind: 'restore-key'; secret: SecretReference; wrong: string; right: string }
  /** Sets the memory limit of a container's cgroup: bytes, or `max`. */
  | { kind: 'restore-memory-limit'; pod: PlacedPod; containerId: string; limit: string }
  /** Removes the file that fills a volume, as the workload does it; older entries are of the default workload, and do not say so. */
  | { kind: 'unfill-volume'; namespace: string; claim: string; workload?: string }
  /** Suspends what makes backups by the clock. */
  | { kind: 'suspend-schedules'; schedules: Schedules }

/** At least one: a change that leaves nothing to undo says why. */
export type Undos = readonly [Undo, ...Undo[]]

/** A node as it was before it was stopped. */
export interface NodeState {
  name: string
  /** Address of its kubelet. */
  host: string
  labels: Record<string, string>
  taints: V1Taint[]
}

/** A Secret of this UID; another of the same name is not touched. */
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
