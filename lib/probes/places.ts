import type { V1Pod } from '@kubernetes/client-node'
import type { KubeClient } from '../kube/client.ts'
import { watchOnce } from '../kube/watch.ts'
import type { ToolParts } from '../components/tool.ts'

/** Pods of a namespace whose names begin with `prefix`. */
export type PodGroup = ToolParts['pods'][number]

/** Where the pods of some groups are. */
export interface PlacesWatch {
  /** The nodes that one of the pods was on since the watch began; none is ever taken away again. */
  readonly nodes: ReadonlySet<string>
  /** Why some of the pods may not have been seen, else null. */
  blindness: () => string | null
  stop(): Promise<void>
}

/**
 * Set by the DaemonSet controller alone. What stands on every node tells nothing of where a drill is, and a list of it would
 * grow with the cluster.
 */
export const NOT_OF_DAEMONS = '!pod-template-generation'

const PAUSE_MS = 500

export const isIn = (groups: readonly PodGroup[], namespace: string, name: string): boolean =>
  groups.some((group) => group.namespace === namespace && name.startsWith(group.prefix))

/**
 * Watches the namespaces of the groups: a request each, over which only changes come, however large the cluster is. Each watch
 * begins with what is there, so that one that has to begin again misses only pods that came and went in between.
 */
export function watchPlaces(kube: KubeClient, groups: readonly PodGroup[]): PlacesWatch {
  const nodes = new Set<string>()
  const unseen = new Map<string, string>()
  const ended = new AbortController()
  const isOver = () => ended.signal.aborted
  const see = ({ metadata, spec }: V1Pod) => {
    const node = spec?.nodeName ?? ''
    if (node !== '' && isIn(groups, metadata?.namespace ?? '', metadata?.name ?? '')) nodes.add(node)
  }
  const follow = async (namespace: string) => {
    unseen.set(namespace, 'the watch has not begun')
    while (!isOver()) {
      const lost = await watchOnce<V1Pod>(kube, {
        path: `/api/v1/namespaces/${namespace}/pods`,
        // From the API server's cache: what it does not hold yet follows as a change.
        query: { labelSelector: NOT_OF_DAEMONS, resourceVersion: '0' },
        onEvent: (_event, pod) => {
          see(pod)
        },
        onBegin: () => unseen.delete(namespace),
        ended: ended.signal,
      })
      if (lost === null || isOver()) continue
      unseen.set(namespace, lost)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
  const followed = [...new Set(groups.map(({ namespace }) => namespace))].map(follow)
  return {
    nodes,
    blindness() {
      const [first] = [...unseen].map(([namespace, why]) => `the pods of namespace "${namespace}" are not seen: ${why}`)
      return first ?? null
    },
    async stop() {
      ended.abort()
      await Promise.all(followed)
    },
  }
}
