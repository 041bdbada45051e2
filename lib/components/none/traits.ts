import type { MeshTraits } from '../../lab/mesh-traits.ts'
import type { MeshState } from '../../record/facts.ts'

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

/** The state of proxies that are not there. */
export const noState: MeshState = {
  configuration: {},
  identities: [],
  policies: {},
  requests: null,
  accessLogLines: null,
  error: null,
}
