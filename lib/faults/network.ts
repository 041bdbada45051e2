import { hasStorePower } from '../lab/cluster.ts'
import type { Lab } from '../lab/lab.ts'
import { cutOff, toolPods } from './support/cut-off.ts'
import { controlPlanes, storeAddress } from './support/far-ends.ts'
import type { Fault, FaultTarget } from './fault.ts'
import type { FaultName } from './index.ts'
import { placedPods, type PlacedPod } from '../kube/placed-pod.ts'
import type { Address } from '../system/connect.ts'
import { needsNetem, shapeTool, shapeWorkload } from './support/shaping.ts'
import { planStoreStop } from './support/store-power.ts'

export type PartitionEnds = 'workload-store' | 'tool-store' | 'workload-control-plane'

interface Partition {
  name: FaultName
  description: string
  file: string
  pods: (lab: Lab, target: FaultTarget) => Promise<PlacedPod[]>
  away: (lab: Lab, target: FaultTarget) => Address[] | Promise<Address[]>
}

const workloadPods = (lab: Lab, { namespace, pods }: FaultTarget) => placedPods(lab, namespace, pods.labels)

const partitions: Record<PartitionEnds, Partition> = {
  'workload-store': {
    name: 'store-partition',
    description: 'the network between the service and the S3 store is cut',
    file: 'partition-store.yaml',
    pods: workloadPods,
    away: (lab) => [storeAddress(lab)],
  },
  'tool-store': {
    name: 'tool-store-partition',
    description: 'the network between the backup tool and the S3 store is cut',
    file: 'partition-tool-store.yaml',
    pods: toolPods,
    away: (lab) => [storeAddress(lab)],
  },
  'workload-control-plane': {
    name: 'control-plane-partition',
    description: 'the network between the service and the control planes of Kubernetes and the mesh is cut',
    file: 'partition-control-plane.yaml',
    pods: workloadPods,
    away: controlPlanes,
  },
}

/** Drops packets between pods and a dependency, in both directions. Later pods are not cut off. */
export function networkPartition({ between }: { between: PartitionEnds }): Fault {
  const { name, description, file, pods, away } = partitions[between]
  return {
    name,
    description,
    lasts: '15s',
    requires: () => Promise.resolve([]),
    plan: async (lab, target) => cutOff(lab, file, { pods: await pods(lab, target), away: await away(lab, target) }),
  }
}

/**
 * The store is unavailable for a while. If the provider runs it, its power is cut: then it is away for all clients,
 * including pods that start in the meantime. Otherwise the tool's running pods are cut off from it, because meshdrill
 * must not stop a foreign store.
 */
export const storeAway = ({ lasts = '20s' }: { lasts?: string } = {}): Fault => ({
  name: 'store-away',
  description: `the S3 store is away for ${lasts}`,
  lasts,
  requires: () => Promise.resolve([]),
  async plan(lab, target) {
    const { cluster } = lab
    if (hasStorePower(cluster)) return planStoreStop(lab, cluster)
    return cutOff(lab, 'partition-tool-store.yaml', { pods: await toolPods(lab, target), away: [storeAddress(lab)] })
  },
})

/**
 * Limits the bandwidth of the backup tool's pods; most of their traffic goes to the store. The limit applies to the
 * whole network device: a limit for one address needs qdiscs (prio, sfq) that some kernels lack. `rate` has the format
 * of tc.
 */
export const bandwidthLimit = ({ rate = '32mbit' }: { rate?: string } = {}): Fault => ({
  name: 'store-bandwidth',
  description: `the backup tool's pods send ${rate} at most`,
  lasts: '15s',
  requires: () => Promise.resolve([]),
  plan: (lab, target) => shapeTool(lab, target, rate),
})

/** Delays all packets that the service sends. */
export const networkDelay = (): Fault => ({
  name: 'network-delay',
  description: 'all packets that the service sends are delayed by 200 ms, plus or minus 50 ms',
  lasts: '15s',
  requires: needsNetem,
  plan: (lab, target) => shapeWorkload(lab, target, 'network-delay.yaml'),
})

/** Drops some packets that the service sends. */
export const networkLoss = (): Fault => ({
  name: 'network-loss',
  description: 'a tenth of the packets that the service sends is lost',
  lasts: '15s',
  requires: needsNetem,
  plan: (lab, target) => shapeWorkload(lab, target, 'network-loss.yaml'),
})
