import { createRequire } from 'node:module'

type ClientLibrary = typeof import('@kubernetes/client-node')

let loaded: ClientLibrary | null = null

/**
 * The Kubernetes client library. It has 800 files, and takes half a second of CPU time to load. So the first use loads it: commands
 * that use no cluster, such as `npx playwright test --list`, start without it.
 */
export const clientLibrary = (): ClientLibrary =>
  (loaded ??= createRequire(import.meta.url)('@kubernetes/client-node') as ClientLibrary)
