import { pending, waitFor } from '../system/wait.ts'
import type { Lab } from '../lab/lab.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../output/shorten.ts'
import type { Fault, FaultTarget } from './fault.ts'
import { planTask, runTask, undosOf } from './support/volume-task.ts'
import { shellCommand } from '../output/shell-quote.ts'

/** The volume is filled to its last byte; what the service cannot write then, it must refuse. */
export const fullVolume = (): Fault => ({
  name: 'full-volume',
  description: "the service's volume is filled to its last byte",
  lasts: '10s',
  requires: () => Promise.resolve([]),
  async plan(lab, target) {
    const { namespace, claim } = target
    const task = await planTask(lab, { file: 'fill-volume.yaml', namespace, claim })
    return {
      undo: [...undosOf(task), { kind: 'unfill-volume', namespace, claim }],
      make: () => task.start(),
      async see() {
        const filling = parseFilling(await task.log())
        const refused = await refusedWrite(lab, target, filling.fromMs)
        // No write was refused before, and the service tells the time of this one.
        return { between: [refused.atMs, refused.atMs], evidence: `${filling.words}; ${refused.words}` }
      },
    }
  },
})

/** Removes the file that fills a volume, by a task of its own. A volume that is gone needs nothing. */
export async function unfillVolume(lab: Lab, namespace: string, claim: string): Promise<string> {
  const reference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claim, namespace } }
  if ((await lab.kube.get(reference)) === null) return `claim "${claim}" is gone`
  return runTask(lab, { file: 'unfill-volume.yaml', namespace, claim }, parseEmptying)
}

interface Filling {
  words: string
  fromMs: number
}

/** The log of `ledger fill`: a JSON line for the file that takes the room, and a last one that sums up. */
export function parseFilling(log: string): Filling {
  const lines = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Partial<Record<string, string | number>>)
  const summary = lines.pop()
  const [change] = lines
  if (summary?.changed !== 1 || change === undefined) {
    throw new Error(`the log of the task that fills the volume is not whole: ${shortenMiddle(log, OUTPUT_LIMIT)}`)
  }
  const { file = '?', length = '?', before = '?', after = '?' } = change
  const ended = summary.ended === undefined ? '' : `, ended by "${summary.ended}"`
  return {
    words: `${file} of ${length} bytes: ${before}, then ${after}${ended}`,
    fromMs: Date.parse(String(summary.from)),
  }
}

/** The log of `ledger fill --undo`, in words. */
export function parseEmptying(log: string): string {
  const lines = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Partial<Record<string, string | number>>)
  const changed = lines.at(-1)?.changed
  if (changed === 0) return 'nothing filled the volume'
  if (changed !== 1)
    throw new Error(`the log of the task that empties the volume is not whole: ${shortenMiddle(log, OUTPUT_LIMIT)}`)
  const { file = '?', length = '?', after = '?' } = lines[0] ?? {}
  return `${file} of ${length} bytes: ${after}`
}

/** The service's own word, in its log, of the first write that it refused since. The load writes all the time. */
async function refusedWrite(lab: Lab, { namespace, pods }: FaultTarget, fromMs: number) {
  const sinceSeconds = Math.ceil((Date.now() - fromMs) / 1000) + 1
  return waitFor(
    `a write refused with 507 by the service of namespace "${namespace}"`,
    async () => {
      const [pod] = await lab.kube.pods(namespace, pods.labels)
      const name = pod?.metadata?.name ?? ''
      const log = await lab.kube.core.readNamespacedPodLog({ namespace, name, container: pods.container, sinceSeconds })
      return findRefusal(log, fromMs) ?? pending(`its log: ${shortenMiddle(log.trim(), OUTPUT_LIMIT) || 'empty'}`)
    },
    {
      timeout: '30s',
      every: '200ms',
      hint: shellCommand`kubectl -n ${namespace} logs deploy/ledger -c ${pods.container}`,
    },
  )
}

const REFUSAL = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d\.\d{3})\d* (PUT \S+: 507: .*)$/

/** The first line of the ledger's log, of `fromMs` or later, that tells of a write refused for want of room. */
export function findRefusal(log: string, fromMs: number): { atMs: number; words: string } | null {
  for (const line of log.split('\n')) {
    const [, year = '', month = '', day = '', time = '', words = ''] = REFUSAL.exec(line) ?? []
    const atMs = Date.parse(`${year}-${month}-${day}T${time}Z`)
    if (atMs >= fromMs) return { atMs, words }
  }
  return null
}
