import type { Lab } from '../../lab/lab.ts'
import type { InstalledMesh, Mesh } from '../mesh.ts'
import { exposeDirectly } from './direct.ts'
import { noState, noTraits } from './traits.ts'

const ONE_PORT =
  'mesh "none" needs a NodePort for each service, but this machine reaches only one NodePort of the cluster. ' +
  'Next: choose another mesh with MESHDRILL_MESH'

/** No mesh: nothing is installed, pods have no proxy, and clients reach the service by a NodePort. */
export const none = (): Mesh => ({
  ...noTraits,
  requires: ({ cluster }) => Promise.resolve(cluster.mapped === undefined ? [] : [ONE_PORT]),
  install: (lab) => Promise.resolve(attachNone(lab)),
  attach: (lab) => Promise.resolve(attachNone(lab)),
})

const attachNone = (lab: Lab): InstalledMesh => ({
  ...noTraits,
  version: 'none',
  namespaces: [],
  expose: (service) => exposeDirectly(lab, service),
  state: () => Promise.resolve(noState),
})
