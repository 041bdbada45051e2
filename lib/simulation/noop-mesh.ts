import { noState, noTraits } from '../components/none/traits.ts'
import type { InstalledMesh } from '../components/mesh.ts'

/** A mesh of nothing, whose routes lead nowhere. For tests of the pipeline without a cluster, and never in a result. */
export const noopMesh: InstalledMesh = {
  ...noTraits,
  version: 'none',
  namespaces: [],
  expose: ({ namespace, name, port }) =>
    Promise.resolve({
      route: { url: `http://${name}.${namespace}:${port}`, host: name },
      end: () => Promise.resolve(),
    }),
  state: () => Promise.resolve(noState),
}
