import type { Cluster, NodePower, StorePower, VolumeWipe } from '../../lab/cluster.ts'
import type { RunningHost } from './host.ts'
import type { LabNetwork } from './network.ts'
import type { Toolchain } from './toolchain/build.ts'

/** An embedded cluster, with what only this provider can do. */
export interface EmbeddedCluster extends Cluster, NodePower, VolumeWipe, StorePower {
  readonly labId: string
  readonly network: LabNetwork
  readonly toolchain: Toolchain
  /** Starts a host beside the cluster, on its network; it ends with the lab. */
  startHost(start: (index: number) => Promise<RunningHost>): Promise<RunningHost>
  readonly nodeCount: number
}
