import type { Lab } from '../lab/lab.ts'
import { openBucket } from '../store/s3.ts'
import type { InstalledTool } from '../components/tool.ts'

/**
 * Bytes of all objects that the tool has in the store, of this namespace where it keeps namespaces apart. Null for a tool whose
 * data stays in the storage: how much of it a snapshot takes, nobody tells. Errors: the store does not answer.
 */
export async function readStored({ store }: Lab, tool: InstalledTool, namespace: string): Promise<number | null> {
  const { mover, prefix } = tool.parts(namespace)
  if (mover === null || prefix === null) return null
  const objects = await openBucket(store).list(prefix)
  return objects.reduce((sum, { bytes }) => sum + bytes, 0)
}

/**
 * By how much the store grows from `begin` to `grown`; null where that is not known. A figure, and no verdict, hangs on it: a
 * store that does not answer, as it may be what the drill took away, is noted and stops nothing.
 */
export function watchStored(read: () => Promise<number | null>, note: (text: string) => void) {
  let before: number | null = null
  const tryToRead = async (): Promise<number | null> => {
    try {
      return await read()
    } catch (error) {
      note(`how much the store holds is not known: ${String(error)}`)
      return null
    }
  }
  return {
    async begin(): Promise<void> {
      before = await tryToRead()
    },
    async grown(): Promise<number | null> {
      const after = await tryToRead()
      return before === null || after === null ? null : after - before
    },
  }
}
