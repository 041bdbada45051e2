import { defaultWorkload, workloadNames } from '../workloads/index.ts'
import type { FaultTraits } from '../faults/index.ts'

/** The parts of a mesh that a fault can strike. */
interface MeshTraits {
  parts: readonly NonNullable<FaultTraits['strikesMesh']>[]
}

export const meshes = {
  istio: { parts: ['proxy', 'control plane'] },
} as const satisfies Record<string, MeshTraits>

export type MeshName = keyof typeof meshes
export const MESHES = Object.keys(meshes) as readonly MeshName[]
/** The mesh of a run that asks for no other. */
export const USUAL_MESH: MeshName = 'istio'

export type { WorkloadName } from '../workloads/index.ts'
export const WORKLOADS = workloadNames
/** The workload of a run that asks for no other. */
export const USUAL_WORKLOAD = defaultWorkload

/** True for the rows of a run that asks for no other mesh and no other workload. */
export const isUsual = ({ mesh, workload }: { mesh: string; workload: string }): boolean =>
  mesh === USUAL_MESH && workload === USUAL_WORKLOAD
