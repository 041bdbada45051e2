import type { V1Pod } from '@kubernetes/client-node'
import { pending, waitFor } from '../system/wait.ts'
import type { Lab } from '../lab/lab.ts'
import { OUTPUT_LIMIT, shortenMiddle, shellCommand } from '../output/shorten.ts'
import { endedBetween, containerIdOf } from './support/container-end.ts'
import type { Fault } from './fault.ts'
import { runBesidePod } from './support/node-shell.ts'
import { isRunning, toPlacedPod, type PlacedPod } from '../kube/placed-pod.ts'
/**
 * Sets a memory limit on the mover that it has already reached, so that the kernel kills it when it continues. The
 * limit is set in the cgroup of the running container, like a kubelet does. A mover is made for one backup, without a
 * template that could be changed, and Kubernetes does not allow a new limit on a running container.
 */
export const toolMemoryLimit = (): Fault => ({
  name: 'tool-memory-limit',
  description: 'the pod of the backup tool that moves the data runs out of memory',
  requires: () => Promise.resolve([]),
  async plan(lab, { namespace, tool }) {
    const { mover } = tool.parts(namespace)
    if (mover === null) throw new Error(`nothing in the cluster moves the data of ${tool.name}/${tool.strategy}`)
    const [pod] = (await lab.kube.pods(mover.namespace, mover.labels)).filter(isRunning)
    const status = pod?.status?.containerStatuses?.find(({ state }) => state?.running)
    const containerId = status && containerIdOf(status)
    if (pod === undefined || !containerId) throw new Error(`no mover of ${tool.name}/${tool.strategy} runs`)
    const place = toPlacedPod(pod)
    const limit = (await runBesidePod(lab, place, READ_LIMIT, { containerId })).trim()
    let after = ''
    return {
      undo: [{ kind: 'restore-memory-limit', pod: place, containerId, limit }],
      async make() {
        after = parseLimit(await runBesidePod(lab, place, SET_LIMIT, { containerId, args: ['tight'] })).after
      },
      async see(requestedMs) {
        const { words, between } = await killedForMemory(lab, pod, containerId, requestedMs)
        const limited = `container "${status.name}" of ${place.namespace}/${place.name} was limited to ${after} bytes`
        return { between, evidence: `${limited}; ${words}` }
      },
    }
  },
})

/** Restores the limit of a container that still runs. */
export async function restoreMemoryLimit(
  lab: Lab,
  pod: PlacedPod,
  containerId: string,
  limit: string,
): Promise<string> {
  if (await isGone(lab, pod, containerId)) return `the container of "${pod.name}" that had the limit is gone`
  const text = await runBesidePod(lab, pod, SET_LIMIT, { containerId, args: [limit] })
  const { after } = readLimits(text)
  if (after !== limit) throw new Error(`the memory limit of "${pod.name}" is ${after}, and was ${limit}`)
  return `the limit of "${pod.name}" is ${after} again`
}

/** The cgroup file with the memory limit of a process, for both cgroup versions, by its path on the node. */
const CGROUP = `
paths=$(/usr/bin/nsenter -C -t 1 cat "/proc/$pid/cgroup")
v1=$(echo "$paths" | sed -n 's/^[0-9]*:memory://p')
v2=$(echo "$paths" | sed -n 's/^0:://p')
if [ -n "$v1" ]; then dir=/host-sys/fs/cgroup/memory$v1 file=memory.limit_in_bytes own=rss
else dir=/host-sys/fs/cgroup$v2 file=memory.max own=anon; fi
`

const READ_LIMIT = `${CGROUP}
cat "$dir/$file"
`

/** A lower limit only drops cache: cgroup version 1 rejects a limit below the remaining memory. */
const SET_LIMIT = `${CGROUP}
before=$(cat "$dir/$file")
if [ "$1" = tight ]; then
  limit=$(sed -n "s/^$own //p" "$dir/memory.stat")
  tries=0
  while [ $tries -lt 64 ]; do
    limit=$((limit + 524288)) tries=$((tries + 1))
    (echo $limit >"$dir/$file") 2>/dev/null && break
  done
else
  echo "$1" >"$dir/$file"
fi
echo "before $before after $(cat "$dir/$file")"
`

/** The limit of a container before and after the change, in bytes; 'max' if there is none. Throws if both are equal. */
export function parseLimit(text: string): { before: string; after: string } {
  const { before, after } = readLimits(text)
  if (before === after) throw new Error(`the memory limit is still ${after}`)
  return { before, after }
}

function readLimits(text: string): { before: string; after: string } {
  const [, before, after] = /^before (\S+) after (\S+)$/m.exec(text) ?? []
  if (before === undefined || after === undefined)
    throw new Error(`the memory limit could not be set: ${shortenMiddle(text, OUTPUT_LIMIT)}`)
  return { before, after }
}

const current = async ({ kube }: Lab, { namespace, uid }: PlacedPod): Promise<V1Pod | undefined> =>
  (await kube.pods(namespace)).find(({ metadata }) => metadata?.uid === uid)

async function isGone(lab: Lab, pod: PlacedPod, containerId: string): Promise<boolean> {
  const statuses = (await current(lab, pod))?.status?.containerStatuses ?? []
  return !statuses.some((status) => containerIdOf(status) === containerId && status.state?.running)
}

/** Resolves when the kubelet reports that the container ran out of memory. A missing pod reports nothing more. */
async function killedForMemory(lab: Lab, pod: V1Pod, containerId: string, requestedMs: number) {
  const place = toPlacedPod(pod)
  const mover = `mover "${place.namespace}/${place.name}"`
  return waitFor(
    `${mover} killed because it ran out of memory`,
    async () => {
      const now = await current(lab, place)
      if (now === undefined) throw new Error(`${mover} is gone, and the reason of its end is not known`)
      const states = (now.status?.containerStatuses ?? []).flatMap(({ state, lastState }) => [state, lastState])
      const end = states.find((state) => state?.terminated?.containerID?.endsWith(containerId))?.terminated
      if (end === undefined) return pending('it still runs')
      const words = `it was ended: ${end.reason ?? 'for no reason'}, exit code ${end.exitCode}`
      if (end.reason !== 'OOMKilled') throw new Error(`${mover}: ${words}`)
      return { words, between: endedBetween(end.finishedAt, requestedMs, Date.now()) }
    },
    { timeout: '60s', every: '20ms', hint: shellCommand`kubectl -n ${place.namespace} describe pod ${place.name}` },
  )
}
