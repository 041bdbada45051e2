import type { V1Pod } from '@kubernetes/client-node'
import type { KubeClient } from '../kube/client.ts'
import { watchOnce } from '../kube/watch.ts'
import type { ToolParts } from '../components/tool.ts'

/** Pods of a namespace with names that begin with `prefix`. */
export type PodGroup = ToolParts['pods'][number]

/** Nodes of the pods of some groups. */
export interface PlacesWatch {
  /** All nodes that one of the pods was on since the start of the watch. A node is never removed. */
  readonly nodes: ReadonlySet<string>
  /** Why some pods may have been missed, else null. */
  blindness: () => string | null
  stop(): Promise<void>
}

/**
 * Selects pods without the label that the DaemonSet controller sets. Pods of DaemonSets run on every node, so they do not show
 * where a drill runs, and their list would grow with the cluster.
 */
export const NOT_OF_DAEMON_SETS = '!pod-template-generation'

const PAUSE_MS = 500

export const isIn = (groups: readonly PodGroup[], namespace: string, name: string): boolean =>
  groups.some((group) => group.namespace === namespace && name.startsWith(group.prefix))

/**
 * Watches the pods in the namespaces of the groups. Each namespace needs one request, which receives only changes, so the
 * traffic does not depend on the size of the cluster. A watch begins with the existing pods. A restarted watch misses only
 * pods that came and went in between.
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
    unseen.set(namespace, 'the watch has not started')
    while (!isOver()) {
      const lost = await watchOnce<V1Pod>(kube, {
        path: `/api/v1/namespaces/${namespace}/pods`,
        // Read from the API server's cache. Newer objects follow as changes.
        query: { labelSelector: NOT_OF_DAEMON_SETS, resourceVersion: '0' },
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
