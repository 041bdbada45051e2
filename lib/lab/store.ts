/** An S3 store outside the cluster, as its owner names it. */
export interface Store {
  /** URL as pods reach it, and the drills' machine too where `here` is not there. */
  url: string
  /** URL as the drills' machine reaches it, where that is another. */
  here?: string
  region: string
  bucket: string
  accessKey: string
  secretKey: string
}

/** A store with the folder of a lab in it. */
export interface StoreEndpoint extends Store {
  /** Prefix of every key that the lab writes, with a slash at its end. Nothing else in the bucket is overwritten or deleted. */
  prefix: string
}
