import type { InstalledMesh, Mesh } from '../mesh.ts'

/** No mesh: the service's own NodePort, and no proxy state to compare. For tests of the pipeline without a cluster. */
export function noMesh(): Mesh {
  return {
    name: 'none',
    requires: () => Promise.resolve([]),
    install: () => Promise.resolve(installed),
    attach: () => Promise.resolve(installed),
  }
}

const installed: InstalledMesh = {
  name: 'none',
  version: 'none',
  namespaceLabels: {},
  namespaces: [],
  expose: ({ namespace, name, port }) => Promise.resolve({ url: `http://${name}.${namespace}:${port}`, host: name }),
  state: () =>
    Promise.resolve({
      configuration: {},
      identities: [],
      policies: {},
      requests: null,
      accessLogLines: null,
      error: null,
    }),
}
