/** k6 of an image that Docker has, in a container of its own for each load. */
export interface K6Container {
  image: string
  /** The Docker network that it is on, or `host`. */
  network: string
  /** Marks it as ours. */
  labels: Record<string, string>
  /** Whether Ryuk's image, too, may be pulled. */
  pulls: boolean
  /** A URL of this machine's as the container reaches it. */
  reach: (url: string) => string
}

/** Where a container with the load stands, and how it reaches what this machine does. */
export type K6Place = Pick<K6Container, 'network' | 'labels' | 'reach'>
