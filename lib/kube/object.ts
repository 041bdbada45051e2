/** A Kubernetes object as plain data, as it stands in a manifest or comes from the API server. */
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
  /** The client makes dates of the times of built-in kinds, and leaves texts elsewhere. */
  creationTimestamp?: string | Date
  deletionTimestamp?: string | Date
}

/** What names an object; with a UID that object alone, and no other of its name. */
export type ObjectReference = Pick<KubeObject, 'apiVersion' | 'kind'> & {
  metadata: { name: string; namespace?: string; uid?: string }
}
