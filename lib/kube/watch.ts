import { Watch } from '@kubernetes/client-node'
import type { KubeClient } from './client.ts'

/** The API server ends a watch after this time. */
const WATCH_SECONDS = 120
/** A watch that has not ended by then is lost. */
const LOST_MS = (WATCH_SECONDS + 10) * 1000

export type WatchEvent = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'

export interface WatchOptions<Item> {
  /** Path of the list, such as `/api/v1/namespaces/drill/pods`. */
  path: string
  query: { labelSelector: string; resourceVersion: string }
  onEvent: (event: WatchEvent, object: Item) => void
  /** Called when the API server has accepted the watch. */
  onBegin?: () => void
  /** Ends the watch. */
  ended: AbortSignal
}

/** Watches a list until the watch ends. Returns why it was lost, or null if its time was over or `ended` came. */
export async function watchOnce<Item>({ config }: KubeClient, options: WatchOptions<Item>): Promise<string | null> {
  const { path, query, ended } = options
  let refused: string | null = null
  return new Promise((resolve) => {
    const onEvent = (type: string, object: unknown) => {
      if (type === 'ERROR') refused = JSON.stringify(object)
      else options.onEvent(type as WatchEvent, object as Item)
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
    new Watch(config).watch(path, { ...query, timeoutSeconds: WATCH_SECONDS }, onEvent, onEnd).then((request) => {
      const over = AbortSignal.any([ended, late.signal])
      over.addEventListener('abort', () => {
        request.abort()
      })
      if (over.aborted) request.abort()
      else if (!request.signal.aborted) options.onBegin?.()
    }, onEnd)
  })
}

/** Null for a watch that ended by itself. */
function inWords(error: unknown): string | null {
  if (error instanceof Error) return error.message
  return typeof error === 'string' ? error : null
}
