import type { V1Node } from '@kubernetes/client-node'

/** Whether it is one of the nodes with all of these labels. */
export const hasLabels = ({ metadata }: V1Node, labels: Record<string, string>): boolean =>
  Object.entries(labels).every(([name, value]) => metadata?.labels?.[name] === value)

/** Taints that tell of a node's state come and go with it; the others are its owner's. */
export const ownTaints = ({ spec }: V1Node) =>
  (spec?.taints ?? []).filter(({ key }) => !key.startsWith('node.kubernetes.io/'))

/** Whether the node's owner lets pods come that ask for nothing special, as those of drills do. */
export const takesPods = (node: V1Node): boolean =>
  ownTaints(node).every(({ effect }) => effect !== 'NoSchedule' && effect !== 'NoExecute')

/** Whether pods that ask for nothing special go elsewhere where they can. */
export const isLast = (node: V1Node): boolean => ownTaints(node).length > 0
