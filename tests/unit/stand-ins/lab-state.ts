import type { LabState } from '../../../lib/clusters/embedded/state.ts'

/** The state of an embedded lab in which nothing was made yet. */
export const emptyLab: LabState = {
  identity: { id: '', user: '', checkout: '' },
  recipe: 'one',
  createdAt: '',
  keep: false,
  owner: { pid: 1, born: '' },
  network: { bridge: 'meshdrill0', prefix: '10.200.0' },
  kubeconfig: '',
  nodes: [],
  hosts: [],
  images: [],
  parts: [],
}
