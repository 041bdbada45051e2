import type { KubeClient } from './client.ts'
import type { KubeObject } from './object.ts'

/** Label of every object that a lab applies. Its value is the lab's UUID, or a fixed word if the whole cluster is the lab's. */
export const LAB_LABEL = 'meshdrill.dev/lab'

export const labLabel = (labId: string): Record<string, string> => ({ [LAB_LABEL]: labId })

interface LabelledObject {
  metadata?: { labels?: Record<string, string> }
}

/** True if an object has the label of this lab. */
export const hasLabLabel = ({ metadata }: LabelledObject, labId: string): boolean =>
  labId !== '' && metadata?.labels?.[LAB_LABEL] === labId

/** A client that adds the lab's label to every object that it applies or creates. */
export function labellingClient(kube: KubeClient, labId: string): KubeClient {
  const addLabel = (object: KubeObject): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labLabel(labId) } },
  })
  return {
    ...kube,
    apply: (objects, options) => kube.apply(objects.map(addLabel), options),
    create: (object) => kube.create(addLabel(object)),
  }
}
