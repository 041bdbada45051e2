import type { KubeClient } from './client.ts'
import type { KubeObject } from './object.ts'

/** Label on every object that a lab applies. Its value is the UUID of the lab, or a fixed word where the whole cluster is its. */
export const LAB_LABEL = 'meshdrill.dev/lab'

export const labLabel = (labId: string): Record<string, string> => ({ [LAB_LABEL]: labId })

interface Labelled {
  metadata?: { labels?: Record<string, string> }
}

/** Whether an object carries the label of this lab. */
export const hasLabLabel = ({ metadata }: Labelled, labId: string): boolean =>
  labId !== '' && metadata?.labels?.[LAB_LABEL] === labId

/** The client, with the lab's label on everything that it applies or creates. */
export function labelling(kube: KubeClient, labId: string): KubeClient {
  const mark = (object: KubeObject): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labLabel(labId) } },
  })
  return {
    ...kube,
    apply: (objects, options) => kube.apply(objects.map(mark), options),
    create: (object) => kube.create(mark(object)),
  }
}
