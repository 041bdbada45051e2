import { MESH_NAMES, traitsOfMesh, type MeshName } from '../components/meshes.ts'
import type { FaultTraits } from '../faults/index.ts'
import { defaultWorkload, workloadNames } from '../workloads/index.ts'

export type { MeshName } from '../components/meshes.ts'
export type { WorkloadName } from '../workloads/index.ts'

export const MESHES: readonly MeshName[] = MESH_NAMES
export const WORKLOADS = workloadNames

/** The mesh and the workload of a default run. */
export const [USUAL_MESH] = MESH_NAMES
export const USUAL_WORKLOAD = defaultWorkload

/** True for rows with the default mesh and the default workload. */
export const isUsual = ({ mesh, workload }: { mesh: string; workload: string }): boolean =>
  mesh === USUAL_MESH && workload === USUAL_WORKLOAD

/** Why a fault cannot strike on a mesh; null if it can. */
export function findMissingPart(mesh: MeshName, { strikesMesh }: Pick<FaultTraits, 'strikesMesh'>): string | null {
  const { proxy, controlPlane } = traitsOfMesh(mesh)
  const isThere = { proxy: proxy !== null, 'control plane': controlPlane !== null }
  return strikesMesh === undefined || isThere[strikesMesh] ? null : `the mesh "${mesh}" has no ${strikesMesh}`
}
