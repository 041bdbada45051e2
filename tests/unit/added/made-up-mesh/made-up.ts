import type { InstalledMesh, Mesh } from '../../../../lib/components/mesh.ts'
import { noState } from '../../../../lib/components/none/traits.ts'
import { madeUpTraits } from './traits.ts'

const installed: InstalledMesh = {
  ...madeUpTraits,
  version: '1.0',
  namespaces: ['made-up-system'],
  expose: ({ namespace, name }) =>
    Promise.resolve({
      route: { url: `http://${name}.${namespace}`, host: name },
      denied: null,
      end: () => Promise.resolve(),
    }),
  state: () => Promise.resolve(noState),
}

export const madeUpMesh = (): Mesh => ({
  ...madeUpTraits,
  requires: () => Promise.resolve([]),
  install: () => Promise.resolve(installed),
  attach: () => Promise.resolve(installed),
})
