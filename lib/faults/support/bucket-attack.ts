import { randomBytes } from 'node:crypto'
import type { Lab } from '../../lab/lab.ts'
import { isBelow } from '../../store/endpoint.ts'
import { openBucket, type Bucket } from '../../store/s3.ts'
import type { StoredObject } from '../../store/answers.ts'
import type { Change, FaultTarget } from '../fault.ts'

/** Maximum number of parallel requests to the store. */
const AT_ONCE = 8

export interface Attack {
  /** The attack on an object, in the past tense. */
  word: string
  strike: (bucket: Bucket, object: StoredObject) => Promise<unknown>
  /** True if an object changed, by the listing before and after. Null if it is missing. */
  struck: (before: StoredObject, after: StoredObject | null) => boolean
}

export const deletion: Attack = {
  word: 'deleted',
  strike: (bucket, { key }) => bucket.delete(key),
  struck: (_before, after) => after === null,
}

/** Overwrites an object with the same number of wrong bytes. */
export const overwriting: Attack = {
  word: 'overwritten',
  strike: (bucket, { key, bytes }) => bucket.put(key, randomBytes(bytes)),
  struck: (before, after) => before.bytes === 0 || after?.etag !== before.etag,
}

/**
 * Attacks the tool's objects in the bucket: all of them, or those of the newest backup, which were written since it
 * started. This cannot be undone.
 */
export async function attackBucket(
  lab: Lab,
  target: FaultTarget,
  { newest, attack }: { newest: boolean; attack: Attack },
): Promise<Change> {
  const bucket = openBucket(lab.store)
  const prefix = prefixOf(lab, target)
  const sinceMs = newest ? startOfNewest(target) : 0
  const aimed = (await bucket.list(prefix)).filter(({ modifiedMs }) => modifiedMs >= sinceMs)
  const where = `${prefix} of bucket "${lab.store.bucket}"`
  if (aimed.length === 0) throw new Error(`there is no object to strike below ${where}`)
  let firstMs: number | null = null
  return {
    undo: [{ kind: 'nothing', because: `objects that were ${attack.word} in a bucket cannot be brought back` }],
    async make() {
      for (let index = 0; index < aimed.length; index += AT_ONCE) {
        await Promise.all(aimed.slice(index, index + AT_ONCE).map((object) => attack.strike(bucket, object)))
        firstMs ??= Date.now()
      }
    },
    async see(requestedMs) {
      const after = new Map((await bucket.list(prefix)).map((object) => [object.key, object]))
      const spared = aimed.filter((object) => !attack.struck(object, after.get(object.key) ?? null))
      if (spared.length > 0)
        throw new Error(`${spared.length} of ${aimed.length} objects below ${where} were not ${attack.word}`)
      const bytes = aimed.reduce((sum, object) => sum + object.bytes, 0)
      return {
        between: [requestedMs, firstMs ?? requestedMs],
        evidence: `${aimed.length} objects of ${bytes} bytes below ${where} were ${attack.word}`,
      }
    },
  }
}

/**
 * Prefix of the tool's objects: a folder within the lab's prefix. A prefix that is not a folder would also strike its
 * neighbours.
 */
function prefixOf({ store }: Lab, { tool, namespace }: FaultTarget): string {
  const { prefix } = tool.parts(namespace)
  if (prefix === null) throw new Error(`${tool.name}/${tool.strategy} keeps nothing in the bucket`)
  if (isBelow(store.prefix, prefix) && prefix.endsWith('/')) return prefix
  throw new Error(
    `Nothing was struck in bucket "${store.bucket}": "${prefix}" of ${tool.name}/${tool.strategy} is not a folder below "${store.prefix}"`,
  )
}

/** The store reports times in whole seconds. */
function startOfNewest({ backup }: FaultTarget): number {
  const startedMs = backup?.result.startedMs ?? null
  if (startedMs === null) throw new Error('there is no backup yet, so no objects can be attacked')
  return Math.floor(startedMs / 1000) * 1000
}
