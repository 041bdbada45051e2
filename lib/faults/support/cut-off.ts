import { pending, waitFor, type Pending } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import {
  create,
  deletionOf,
  FAULTS_ALLOWED,
  readFault,
  waitForInjection,
} from '../../components/chaos-mesh/chaos-mesh.ts'
import type { Change, FaultTarget } from '../fault.ts'
import { isRunning, placedPods, toPlacedPod, type PlacedPod } from '../../kube/placed-pod.ts'
import { clearPodNetwork, connects, countDropped } from './pod-network.ts'
import type { Address } from '../../system/connect.ts'
import { tryThreeTimes } from '../../system/connect.ts'
import { shellCommand } from '../../output/shorten.ts'

/**
 * Drops all packets between pods and addresses with the NetworkChaos of a file, until no connection succeeds. One must
 * succeed before the fault. Later pods are not cut off.
 */
export async function cutOff(
  lab: Lab,
  file: string,
  { pods, away }: { pods: PlacedPod[]; away: Address[] },
): Promise<Change> {
  if (pods.length === 0) throw new Error(`there is no pod to cut off by chaos/${file}`)
  const ends = pods.flatMap((pod) => away.map((address) => ({ pod, address })))
  const open = await Promise.all(ends.map(({ pod, address }) => tryThreeTimes(() => connects(lab, pod, address))))
  const closed = ends.filter((_, index) => !open[index]).map(describeEnd)
  if (closed.length > 0) throw new Error(`no connection even before the fault: ${closed.join(', ')}`)
  const fault = await readFault(file, {
    namespace: pods[0]?.namespace ?? '',
    spec: { selector: selectorOf(pods), externalTargets: [...new Set(away.map(({ host }) => host))] },
  })
  return {
    undo: [deletionOf(fault), { kind: 'clear-networks', pods }],
    make: () => create(lab, fault),
    async see(requestedMs) {
      refuseSpared(pods, await waitForInjection(lab, fault))
      // Chaos Mesh reports the fault as injected before the last rule is in place.
      const { dropped, seenMs } = await waitFor(
        `${fault.kind} "${fault.metadata.name}" cutting what it aims at`,
        () => lookOnce(lab, ends),
        {
          timeout: '20s',
          every: '100ms',
          hint: shellCommand`kubectl -n ${fault.metadata.namespace ?? ''} describe podnetworkchaos`,
        },
      )
      const packets = Math.max(...dropped)
      return {
        between: [requestedMs, seenMs],
        evidence: `no connection any more: ${ends.map(describeEnd).join(', ')}; ${packets} packets dropped by then`,
        nodes: nodesOf(pods),
      }
    },
  }
}

/** Chaos Mesh skips pods of a namespace that does not allow faults, and still reports success. */
function refuseSpared(pods: PlacedPod[], reached: string[]): void {
  const spared = pods.filter(({ namespace, name }) => !reached.includes(`${namespace}/${name}`))
  if (spared.length === 0) return
  const allowed = Object.entries(FAULTS_ALLOWED).map(([name, value]) => `${name}=${value}`)
  const names = spared.map(({ namespace, name }) => `${namespace}/${name}`).join(', ')
  throw new Error(
    `Chaos Mesh leaves ${names} alone. Next: kubectl annotate namespace ${spared[0]?.namespace ?? ''} ${allowed.join(' ')}`,
  )
}

interface End {
  pod: PlacedPod
  address: Address
}

/** Number of dropped packets at each end, and the time at which no connection succeeded. Pending while one succeeds. */
async function lookOnce(lab: Lab, ends: End[]): Promise<{ dropped: number[]; seenMs: number } | Pending> {
  const dropped = await Promise.all(ends.map(({ pod, address }) => countDropped(lab, pod, address)))
  const seenMs = Date.now()
  const through = await Promise.all(ends.map(({ pod, address }) => connects(lab, pod, address)))
  const untouched = ends.filter((_, index) => through[index] === true || dropped[index] === 0).map(describeEnd)
  return untouched.length > 0 ? pending(`not cut: ${untouched.join(', ')}`) : { dropped, seenMs }
}

const describeEnd = ({ pod, address }: End): string => `${pod.namespace}/${pod.name} to ${address.host}:${address.port}`

/** Selects pods by name, so that other and later pods with the same labels are not affected. */
export const selectorOf = (pods: PlacedPod[]): Record<string, unknown> => ({
  pods: Object.fromEntries(
    [...new Set(pods.map((pod) => pod.namespace))].map((namespace) => [
      namespace,
      pods.filter((pod) => pod.namespace === namespace).map((pod) => pod.name),
    ]),
  ),
})

export const nodesOf = (pods: PlacedPod[]): string[] => [...new Set(pods.map(({ node }) => node))]

/** The running pods of the backup tool in all its namespaces. Pods in the host network cannot be cut off. */
export async function toolPods(lab: Lab, { tool, namespace }: FaultTarget): Promise<PlacedPod[]> {
  const lists = await Promise.all(
    tool
      .parts(namespace)
      .pods.map(async (part) =>
        (await lab.kube.pods(part.namespace)).filter((pod) => pod.metadata?.name?.startsWith(part.prefix)),
      ),
  )
  return lists
    .flat()
    .filter((pod) => isRunning(pod) && !pod.spec?.hostNetwork)
    .map(toPlacedPod)
}

/** Removes the rules that Chaos Mesh leaves in the networks of pods after its fault. Missing pods are ignored. */
export async function clearNetworks(lab: Lab, pods: PlacedPod[]): Promise<string> {
  const namespaces = [...new Set(pods.map(({ namespace }) => namespace))]
  const there = (await Promise.all(namespaces.map((namespace) => placedPods(lab, namespace, {})))).flat()
  const left = pods.filter((pod) => there.some(({ uid }) => uid === pod.uid))
  await Promise.all(left.map((pod) => clearPodNetwork(lab, pod)))
  return `no rule is left in ${left.map(({ name }) => name).join(', ') || 'any pod, as they are gone'}`
}
