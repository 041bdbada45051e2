import { clientLibrary } from './library.ts'
import type { KubeClient } from './client.ts'

/** The API server ends a watch after this time. */
const WATCH_SECONDS = 120
/** If a watch has not ended after this time, its connection is lost. */
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

/** Watches a list until the watch ends. Returns why it was lost, or null after its normal end or after `ended`. */
export async function watchOnce<Item>({ config }: KubeClient, options: WatchOptions<Item>): Promise<string | null> {
  const { path, query, ended } = options
  let refusal: string | null = null
  return new Promise((resolve) => {
    const onEvent = (type: string, object: unknown) => {
      if (type === 'ERROR') refusal = JSON.stringify(object)
      else options.onEvent(type as WatchEvent, object as Item)
    }
    const onEnd = (error: unknown) => {
      clearTimeout(timer)
      resolve(refusal ?? errorText(error))
    }
    const late = new AbortController()
    const timer = setTimeout(() => {
      late.abort()
      onEnd(`no end of the watch after ${LOST_MS / 1000} s`)
    }, LOST_MS)
    ended.addEventListener('abort', () => {
      onEnd(null)
    })
    new (clientLibrary().Watch)(config)
      .watch(path, { ...query, timeoutSeconds: WATCH_SECONDS }, onEvent, onEnd)
      .then((request) => {
        const over = AbortSignal.any([ended, late.signal])
        over.addEventListener('abort', () => {
          request.abort()
        })
        if (over.aborted) request.abort()
        else if (!request.signal.aborted) options.onBegin?.()
      }, onEnd)
  })
}

/** Message of an error; null after a normal end. */
function errorText(error: unknown): string | null {
  if (error instanceof Error) return error.message
  return typeof error === 'string' ? error : null
}
