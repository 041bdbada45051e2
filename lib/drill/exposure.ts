import { createHash } from 'node:crypto'
import { openBucket } from '../store/s3.ts'
import { searchObjects } from '../store/search.ts'
import { messageOf } from '../system/file-error.ts'
import type { DrillContext, Exposure } from './context.ts'

const SECRET = 'meshdrill-canary'
/** Bytes that a search reads at most. */
const LIMIT = 256 * 1024 * 1024

/** No verdict depends on the search, so a store that does not answer is noted and stops nothing: the fault may have cut it off. */
export function watchExposure({
  lab,
  tool,
  workload,
  namespace,
  seed,
  record,
}: Pick<DrillContext, 'lab' | 'tool' | 'workload' | 'namespace' | 'seed' | 'record'>): Exposure {
  const { prefix, mover } = tool.parts(namespace)
  const text = canaryOf(namespace, seed)
  let before: Set<string> | null = null
  const noted = async (body: () => Promise<void>): Promise<void> => {
    try {
      await body()
    } catch (error) {
      record({ kind: 'note', text: `what the backup shows in the store is not known: ${messageOf(error)}` })
    }
  }
  return {
    async plant() {
      await lab.kube.apply([
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: SECRET, namespace }, stringData: { text } },
      ])
    },
    async begin() {
      if (prefix === null || before !== null) return
      await noted(async () => {
        before = new Set((await openBucket(lab.store).list(prefix)).map(({ key }) => key))
      })
    },
    async search() {
      if (prefix === null || before === null) return
      const known = before
      await noted(async () => {
        const bucket = openBucket(lab.store)
        const objects = (await bucket.list(prefix)).filter(({ key }) => !known.has(key))
        // Without a mover, the data stay in the storage of the cluster.
        const data = mover === null ? null : (workload.canaries?.(seed) ?? null)
        const { found, isComplete, ...searched } = await searchObjects(
          bucket,
          objects,
          {
            secrets: [Buffer.from(text), Buffer.from(Buffer.from(text).toString('base64'))],
            data: (data ?? []).map((one) => Buffer.from(one)),
          },
          LIMIT,
        )
        const seen = (isFound: boolean): boolean | null => (isFound ? true : isComplete ? false : null)
        record({
          kind: 'backup.searched',
          ...searched,
          data: data === null ? null : seen(found.data),
          secrets: seen(found.secrets),
          keyIsPublished: (await tool.keyIsPublished?.()) ?? false,
        })
      })
    },
  }
}

/** 48 characters, so that the end of its base64 form depends on nothing that follows it. */
const canaryOf = (namespace: string, seed: number): string =>
  createHash('sha256').update(`${namespace} ${seed}`).digest('hex').slice(0, 48)
