import { Watch, type V1Pod } from '@kubernetes/client-node'
import type { KubeClient } from '../kube/client.ts'
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

/** The API server ends a watch then; one that it did not end is taken for lost. */
const WATCH_SECONDS = 120
const LOST_MS = (WATCH_SECONDS + 10) * 1000
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
      const lost = await watchOnce(kube, namespace, ended.signal, see, () => unseen.delete(namespace))
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

/** Null where a watch ended of itself. */
function inWords(error: unknown): string | null {
  if (error instanceof Error) return error.message
  return typeof error === 'string' ? error : null
}

/** One watch until it ends; why it did, or null where its time was over. */
async function watchOnce(
  { config }: KubeClient,
  namespace: string,
  ended: AbortSignal,
  see: (pod: V1Pod) => void,
  onBegin: () => void,
): Promise<string | null> {
  // From the API server's cache: what it does not hold yet follows as a change.
  const query = { labelSelector: NOT_OF_DAEMONS, resourceVersion: '0', timeoutSeconds: WATCH_SECONDS }
  const path = `/api/v1/namespaces/${namespace}/pods`
  let refused: string | null = null
  return new Promise((resolve) => {
    const onEvent = (type: string, object: unknown) => {
      if (type === 'ERROR') refused = JSON.stringify(object)
      else see(object as V1Pod)
    }
    const onEnd = (error: unknown) => {
      clearTimeout(timer)
      resolve(refused ?? inWords(error))
    }
    const late = new AbortController()
    const timer = setTimeout(() => {
      late.abort()
      onEnd(`nothing was heard for ${LOST_MS / 1000} s`)
    }, LOST_MS)
    ended.addEventListener('abort', () => {
      onEnd(null)
    })
    new Watch(config).watch(path, query, onEvent, onEnd).then((request) => {
      const over = AbortSignal.any([ended, late.signal])
      over.addEventListener('abort', () => {
        request.abort()
      })
      if (over.aborted) request.abort()
      else if (!request.signal.aborted) onBegin()
    }, onEnd)
  })
}
