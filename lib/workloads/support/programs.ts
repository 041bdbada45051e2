import { join } from 'node:path'
import type { GoProgram, PackedImage } from '../../lab/built.ts'

/** A program of the Go module in `lib/workloads`. `folder` is its package. A cold build takes `coldSeconds` on two cores. */
export const goProgram = <const Name extends string>(name: Name, folder: string, coldSeconds: number) =>
  ({
    name,
    folder: join(import.meta.dirname, '..'),
    package: `./${folder}`,
    module: null,
    cgo: false,
    stamps: {},
    coldSeconds,
  }) satisfies GoProgram

/** An image with one such program. It runs as the user of all workloads. */
export const ownImage = (name: string): PackedImage => ({
  reference: `localhost/meshdrill/${name}:1`,
  entrypoint: [`/${name}`],
  user: '10001:10001',
  content: [{ built: { [`/${name}`]: name } }],
})
