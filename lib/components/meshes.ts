import { istio } from './istio/istio.ts'
import type { Mesh } from './mesh.ts'

/** Every mesh that a run can choose. */
export const meshes = { istio: istio() } as const satisfies Record<string, Mesh>

export type MeshName = keyof typeof meshes

export const MESH_NAMES = Object.keys(meshes) as MeshName[]
