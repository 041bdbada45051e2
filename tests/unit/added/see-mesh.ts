import { neededParts } from '../../../lib/clusters/existing/plan/parts.ts'
import { allVersions } from '../../../lib/clusters/versions.ts'
import { loadMesh, traitsOfMesh, type MeshName } from '../../../lib/components/meshes.ts'
import { isMeshObject } from '../../../lib/lab/mesh-traits.ts'
import { toolGroups } from '../../../lib/components/needed.ts'
import { isGroupOfService } from '../../../lib/components/support/namespace-objects.ts'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import { seeOnCluster, type SeenOnCluster } from './cluster.ts'
import { MADE_UP, print, seeProgram, type Seen } from './program.ts'
import { seeResults, type SeenResults } from './results.ts'

/** What a copy of meshdrill with a made-up mesh says of it. */
export interface SeenMesh extends Seen {
  version: string | undefined
  parts: string[]
  isOwnObjectLeftOut: boolean
  cluster: SeenOnCluster
  /** Whether objects of its API group are backed up with a service. */
  isGroupOfService: boolean
  results: SeenResults
}

const name = MADE_UP as MeshName
const traits = traitsOfMesh(name)
const installed = await (await loadMesh(name)).install(noopLab())
print({
  version: allVersions[name]?.published?.version,
  parts: neededParts([name]).map(({ title }) => title),
  isOwnObjectLeftOut: isMeshObject(traits, { kind: 'ConfigMap', metadata: { name: 'made-up-roots' } }),
  isGroupOfService: isGroupOfService('made-up.example', { toolGroups }),
  cluster: await seeOnCluster(name, { tools: [], meshes: [name] }),
  results: await seeResults({ mesh: (simulated) => ({ ...simulated, ...traits, version: installed.version }) }),
  ...(await seeProgram('mesh', ({ mesh }) => mesh === name, `mesh-${name}`)),
} satisfies SeenMesh)
