import type { MeshTraits } from '../lab/mesh-traits.ts'
import { components } from './index.ts'
import type { Mesh, MeshEntry } from './mesh.ts'

type MeshComponent = Extract<(typeof components)[number], { kind: 'mesh' }>

/** Names of meshes. */
export type MeshName = MeshComponent['name']

const meshComponents: readonly MeshComponent[] = components.filter((component) => component.kind === 'mesh')

const entries = Object.fromEntries(meshComponents.map(({ name, mesh }) => [name, mesh])) as Record<MeshName, MeshEntry>

/** Every mesh that a run can choose, in the order of the index. The first one is the default. */
export const MESH_NAMES = meshComponents.map(({ name }) => name) as [MeshName, ...MeshName[]]

export const traitsOfMesh = (name: MeshName): MeshTraits => entries[name].traits

/** The driver of a mesh. */
export const loadMesh = (name: MeshName): Promise<Mesh> => entries[name].load()
