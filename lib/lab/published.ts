/** Artifacts of a component in public registries and repositories, each pinned to a version. */
export interface Published {
  /** Helm charts, by `<project>/<chart>`. */
  readonly charts?: Readonly<Record<string, PinnedChart>>
  /** Images that a user may replace, by `<project>/<image>`. Null for an image that is in no public registry. */
  readonly images?: Readonly<Record<string, PinnedImage | null>>
  /** Images that only a chart names. The chart pulls them, so the user cannot replace them by name. */
  readonly chartImages?: readonly string[]
  /** Files of a project's repository, by the name of the set. */
  readonly manifests?: Readonly<Record<string, readonly ManifestFile[]>>
  /** Programs for this machine, searched in PATH. */
  readonly programs?: Readonly<Record<string, ProgramPin>>
}

/** A chart of a project's own Helm repository, or of an OCI registry. */
export interface PinnedChart {
  /** Null for a chart whose name is the URL of an OCI registry: `oci://…`. */
  readonly repository: string | null
  readonly chart: string
  readonly version: string
}

/** An image of a public registry. A digest always means the same image. The registry may change the content of a tag. */
export interface PinnedImage {
  /** Name with tag. */
  readonly reference: string
  /** `sha256:` and 64 digits; null if it is not known. */
  readonly digest: string | null
  /** Why the digest is not known; null if it is. */
  readonly withoutDigest: string | null
}

const NOT_LOOKED_UP = 'its registry was not asked for the digest of this tag yet'

export const imageByTag = (reference: string): PinnedImage => ({
  reference,
  digest: null,
  withoutDigest: NOT_LOOKED_UP,
})
export const imageByDigest = (reference: string, digest: string): PinnedImage => ({
  reference,
  digest,
  withoutDigest: null,
})

/** How nodes pull an image: by its digest if that is known. */
export const pullReference = ({ reference, digest }: PinnedImage): string =>
  digest === null ? reference : `${reference}@${digest}`

/** A file of a release. Another SHA-256 is an error. */
export interface ManifestFile {
  readonly url: string
  readonly sha256: string
}

export interface ProgramPin {
  /** Arguments with which the program prints its version. */
  readonly ask: readonly string[]
  /** With `exact`, any patch of this major and minor version fits, else also any later version. */
  readonly version: string
  readonly exact: boolean
  /** URL of the installation guide. */
  readonly install: string
}
