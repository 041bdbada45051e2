import { selector } from '../kube/client.ts'
import { pending, waitFor } from '../system/wait.ts'
import type { Undo } from '../lab/undo.ts'
import type { Lab } from '../lab/lab.ts'
import { defaultWorkload, workloadOf } from '../workloads/index.ts'
import { OUTPUT_LIMIT, shortenMiddle, shellCommand } from '../output/shorten.ts'
import type { Fault, FaultTarget } from './fault.ts'
import { firstClaim, requirePossible } from './support/data-damage.ts'
import { planTask, runTask, undosOf } from './support/volume-task.ts'
/** Fills the volume to its last byte. The service must refuse the writes that no longer fit. */
export const fullVolume = (): Fault => ({
  name: 'full-volume',
  description: "the service's volume is filled to its last byte",
  lasts: '10s',
  requires: () => Promise.resolve([]),
  async plan(lab, target) {
    const { namespace, workload } = target
    const claim = firstClaim(target)
    const filling = requirePossible(workload, workload.damage.fill)
    const program = { image: workload.damage.image, command: filling.command }
    const task = await planTask(lab, { file: 'fill-volume.yaml', namespace, claim, program })
    return {
      undo: [...undosOf(task), { kind: 'unfill-volume', namespace, claim, workload: workload.name }],
      make: () => task.start(),
      async see() {
        const { words, fromMs } = parseFilling(await task.log())
        const refused = await refusedWrite(lab, target, (log) => filling.findRefusal(log, fromMs), fromMs)
        // No write was refused before, and the service logs the time of this one.
        return { between: [refused.atMs, refused.atMs], evidence: `${words}; ${refused.words}` }
      },
    }
  },
})

/** Removes the file that fills a volume, by a separate task. Does nothing if the volume no longer exists. */
export async function unfillVolume(
  lab: Lab,
  { namespace, claim, workload: name = defaultWorkload }: Extract<Undo, { kind: 'unfill-volume' }>,
): Promise<string> {
  const reference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claim, namespace } }
  if ((await lab.kube.get(reference)) === null) return `claim "${claim}" is gone`
  const workload = workloadOf(name)
  const program = { image: workload.damage.image, command: requirePossible(workload, workload.damage.fill).undo }
  return runTask(lab, { file: 'unfill-volume.yaml', namespace, claim, program }, parseEmptying)
}

interface Filling {
  words: string
  fromMs: number
}

/** Parses the log of the filling command: a JSON line for the file, and a last line with the totals. */
export function parseFilling(log: string): Filling {
  const lines = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Partial<Record<string, string | number>>)
  const summary = lines.pop()
  const [change] = lines
  if (summary?.changed !== 1 || change === undefined) {
    throw new Error(`the log of the task that fills the volume is incomplete: ${shortenMiddle(log, OUTPUT_LIMIT)}`)
  }
  const { file = '?', length = '?', before = '?', after = '?' } = change
  const ended = summary.ended === undefined ? '' : `, ended by "${summary.ended}"`
  return {
    words: `${file} of ${length} bytes: ${before}, then ${after}${ended}`,
    fromMs: Date.parse(String(summary.from)),
  }
}

/** Describes the log of the emptying command. */
export function parseEmptying(log: string): string {
  const lines = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Partial<Record<string, string | number>>)
  const changed = lines.at(-1)?.changed
  if (changed === 0) return 'nothing filled the volume'
  if (changed !== 1)
    throw new Error(`the log of the task that empties the volume is incomplete: ${shortenMiddle(log, OUTPUT_LIMIT)}`)
  const { file = '?', length = '?', after = '?' } = lines[0] ?? {}
  return `${file} of ${length} bytes: ${after}`
}

/** The first write that the service refused since then, by its log. The load writes all the time. */
async function refusedWrite(
  lab: Lab,
  { namespace, pods }: FaultTarget,
  find: (log: string) => { atMs: number; words: string } | null,
  fromMs: number,
) {
  const sinceSeconds = Math.ceil((Date.now() - fromMs) / 1000) + 1
  return waitFor(
    `a write refused by the service of namespace "${namespace}", as the volume is full`,
    async () => {
      const [pod] = await lab.kube.pods(namespace, pods.labels)
      const name = pod?.metadata?.name ?? ''
      const log = await lab.kube.core.readNamespacedPodLog({ namespace, name, container: pods.container, sinceSeconds })
      return find(log) ?? pending(`its log: ${shortenMiddle(log.trim(), OUTPUT_LIMIT) || 'empty'}`)
    },
    {
      timeout: '30s',
      every: '200ms',
      hint: shellCommand`kubectl -n ${namespace} logs -l ${selector(pods.labels)} -c ${pods.container}`,
    },
  )
}
