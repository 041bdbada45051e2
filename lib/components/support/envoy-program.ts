import { join } from 'node:path'
import type { WheelProgram } from '../../lab/built.ts'

/** The stock Envoy, for meshes whose own build of it cannot be made here. */
export const envoy = {
  name: 'envoy',
  version: '1.40.0',
  requirements: join(import.meta.dirname, 'envoy-requirements.txt'),
  member: 'envoy/_bin/envoy',
} as const satisfies WheelProgram
