/** The end of a prober. `error`: why its samples are not to be trusted, else null. */
export interface ProberEnd {
  sent: number
  error: string | null
  /** What the prober itself cost of the machine's processors; null where it did not say. */
  cpuMs: number | null
}
