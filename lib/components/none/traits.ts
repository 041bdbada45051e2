import type { MeshTraits } from '../../lab/mesh-traits.ts'
import type { MeshState } from '../../record/facts.ts'

/** Traits of a lab without a mesh: no control plane, no proxies, nothing to compare. */
export const noTraits: MeshTraits = {
  name: 'none',
  controlPlane: null,
  proxy: null,
  takesIn: {},
  keepsOut: {},
  ownObjects: [],
  offers: [],
}

/** The mesh state of a lab without proxies. */
export const noState: MeshState = {
  configuration: {},
  identities: [],
  policies: {},
  requests: null,
  accessLogLines: null,
  error: null,
}
