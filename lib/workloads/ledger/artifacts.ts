import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'
import type { Published } from '../../lab/published.ts'

export const IMAGE = 'meshdrill/ledger'

const programs = [
  {
    ...{
      name: 'ledger',
      folder: join(import.meta.dirname, '..'),
      package: './ledger',
      module: null,
      cgo: false,
      stamps: {},
    },
    coldSeconds: 5,
  },
] as const satisfies readonly GoProgram[]

const published: Published = { images: { [IMAGE]: null } }

/** Where the service's image comes from. Nobody publishes it: it is written in Go in this folder. */
export const artifacts = {
  published,
  built: {
    programs,
    images: {
      [IMAGE]: {
        reference: 'localhost/meshdrill/ledger:1',
        entrypoint: ['/ledger'],
        user: '10001:10001',
        content: [{ built: { '/ledger': 'ledger' } }],
      },
    },
  } as const satisfies Built,
}
