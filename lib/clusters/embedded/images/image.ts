/** A container image of one layer. */
export interface Image {
  /** Names that the image is known by, with registry and tag. */
  references: string[]
  /** By absolute path in the image; the folders above them come by themselves. */
  files: Record<string, ImageFile>
  entrypoint: string[]
  environment: Record<string, string>
  /** `uid` or `uid:gid`, empty for root. */
  user: string
  workingDirectory: string
}

/**
 * A file of this machine (links are followed; with `dynamic` the libraries that it loads go in too), a text, a symbolic
 * link, or an empty folder.
 */
export type ImageFile =
  | { source: string; mode: number; dynamic?: boolean }
  | { text: string; mode: number }
  | { link: string }
  | { folder: true; mode: number }
