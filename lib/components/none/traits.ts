import type { MeshTraits } from '../../lab/mesh-traits.ts'

/** No control plane, no proxies, nothing to keep a pod out of, and nothing to see. */
export const noTraits: MeshTraits = {
  name: 'none',
  controlPlane: null,
  proxy: null,
  takesIn: {},
  keepsOut: {},
  ownObjects: [],
  offers: [],
}
