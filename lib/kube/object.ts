/** A Kubernetes object as plain data, from a manifest or from the API server. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMetadata
  [field: string]: unknown
}

interface ObjectMetadata {
  name: string
  namespace?: string
  uid?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  /** The client parses times of built-in kinds only; other times are strings. */
  creationTimestamp?: string | Date
  deletionTimestamp?: string | Date
}

/** Identifies an object by its name. With a UID, another object with the same name does not match. */
export type ObjectReference = Pick<KubeObject, 'apiVersion' | 'kind'> & {
  metadata: { name: string; namespace?: string; uid?: string }
}
