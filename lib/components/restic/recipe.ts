import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'

export const MODULE = { path: 'github.com/restic/restic', version: 'v0.18.0' } as const

const programs = [
  {
    name: 'restic',
    // Velero's Go module pins it too, so that both are built from the same packages.
    folder: join(import.meta.dirname, '../velero/module'),
    package: `${MODULE.path}/cmd/restic`,
    module: MODULE,
    cgo: false,
    stamps: {},
    coldSeconds: 30,
  },
] as const satisfies readonly GoProgram[]

export const built = {
  programs,
  images: {
    'restic/restic': {
      reference: 'localhost/restic/restic:v1',
      entrypoint: ['/usr/local/bin/restic'],
      user: '',
      content: [{ built: { '/usr/local/bin/restic': 'restic' } }],
    },
  },
} as const satisfies Built
