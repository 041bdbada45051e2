import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'

const folder = join(import.meta.dirname, 'module')

export const MODULE = { path: 'github.com/k8up-io/k8up/v2', version: 'v2.12.0' } as const
/**
 * K8up reads the output of the restic version that it was made for. With a later restic it restores nothing and reports success.
 */
export const RESTIC_MODULE = { path: 'github.com/restic/restic', version: 'v0.16.4' } as const

const programs = [
  {
    name: 'k8up',
    ...{ folder, package: `${MODULE.path}/cmd/k8up`, module: MODULE, cgo: false },
    stamps: { 'main.version': MODULE.version },
    coldSeconds: 30,
  },
  {
    name: 'restic-of-k8up',
    ...{ folder, package: `${RESTIC_MODULE.path}/cmd/restic`, module: RESTIC_MODULE, cgo: false, stamps: {} },
    coldSeconds: 20,
  },
] as const satisfies readonly GoProgram[]

export const built = {
  programs,
  images: {
    'k8up/k8up': {
      reference: 'localhost/k8up/k8up:v1',
      entrypoint: ['/usr/local/bin/k8up'],
      user: '',
      content: [{ built: { '/usr/local/bin/k8up': 'k8up', '/usr/local/bin/restic': 'restic-of-k8up' } }],
    },
  },
  manifests: {
    'k8up/crds': { folder, path: MODULE.path, below: 'config/crd/apiextensions.k8s.io/v1', files: /\.yaml$/ },
    'k8up/role': { folder, path: MODULE.path, below: 'config/rbac', files: /^role\.yaml$/ },
  },
} as const satisfies Built
