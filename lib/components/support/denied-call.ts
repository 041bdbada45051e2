import type { DeniedCall } from '../mesh.ts'

/** Each mesh can deny a request by a header, so the denied call is the same request that is served without it. */
export const DENIED_CALL: DeniedCall = { header: { name: 'x-meshdrill-denied', value: 'yes' }, status: 403 }
