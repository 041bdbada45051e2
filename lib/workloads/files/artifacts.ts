import { join } from 'node:path'
import type { Built, GoProgram } from '../../lab/built.ts'
import { imageByTag, type Published } from '../../lab/published.ts'

export const SERVER_IMAGE = 'library/nginx'
export const VOLUME_IMAGE = 'meshdrill/volume'

const programs = [
  {
    ...{ name: 'volume', folder: join(import.meta.dirname, '..'), package: './files/volume', module: null, cgo: false },
    stamps: {},
    coldSeconds: 5,
  },
] as const satisfies readonly GoProgram[]

const published: Published = {
  images: { [SERVER_IMAGE]: imageByTag('docker.io/library/nginx:1.28.0'), [VOLUME_IMAGE]: null },
}

/** The server is nginx, with its module for PUT. The program beside it, which nobody publishes, is written in Go in this folder. */
export const artifacts = {
  published,
  built: {
    programs,
    images: {
      [SERVER_IMAGE]: {
        reference: 'localhost/library/nginx:1',
        entrypoint: ['/usr/sbin/nginx'],
        user: '10001:10001',
        content: [{ host: ['/usr/sbin/nginx'], package: 'nginx' }],
      },
      [VOLUME_IMAGE]: {
        reference: 'localhost/meshdrill/volume:1',
        entrypoint: ['/volume'],
        user: '10001:10001',
        content: [{ built: { '/volume': 'volume' } }],
      },
    },
  } as const satisfies Built,
}
