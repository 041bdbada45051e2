/** Where a drill's clients run. */
export interface ClientPlaces {
  /** Pods that share the load; 0 for this machine. */
  loadParallelism: number
  /** Labels of the nodes of those pods; null for the nodes that no drill cuts off. */
  loadNodes: Record<string, string> | null
}
