import { pending, waitFor } from '../system/wait.ts'
import { messageOf } from '../system/message-of.ts'

/** Resolves when a store answers. Any answer will do: an unsigned request is refused, by a store that works. */
export async function answering(url: string, hint: string): Promise<void> {
  await waitFor(
    `S3 store at ${url} answering`,
    async () => {
      try {
        await fetch(url, { signal: AbortSignal.timeout(1_000) })
        return true
      } catch (error) {
        return pending(messageOf(error))
      }
    },
    { timeout: '15s', every: '50ms', hint },
  )
}
