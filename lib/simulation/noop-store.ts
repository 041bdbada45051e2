import type { StoreEndpoint } from '../lab/store.ts'

/** No store, at an address that never resolves. For tests of the pipeline without a cluster, and never in a result. */
export const noopStore: StoreEndpoint = {
  url: 'http://store.invalid',
  region: 'none',
  bucket: 'none',
  prefix: 'meshdrill-000000000000/',
  accessKey: 'none',
  secretKey: 'none',
}
