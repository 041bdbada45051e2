import type { K8upSnapshot } from './objects.ts'

/** The snapshot of a claim: its id in restic, and the name of its Snapshot object. */
export interface ClaimSnapshot {
  claim: string
  id: string
  object: string
}

/** For each claim, the newest snapshot that is not older than `sinceMs`. The API counts whole seconds. */
export function newestOfEach(snapshots: K8upSnapshot[], claims: string[], sinceMs: number | null): ClaimSnapshot[] {
  const timeOf = ({ spec }: K8upSnapshot): number => Date.parse(spec.date ?? '')
  return claims.flatMap((claim) => {
    const [newest] = snapshots
      .filter((snapshot) => snapshot.spec.paths?.[0] === `/data/${claim}` && timeOf(snapshot) >= (sinceMs ?? 0))
      .sort((one, other) => timeOf(other) - timeOf(one))
    const id = newest?.spec.id
    return newest === undefined || id === undefined ? [] : [{ claim, id, object: newest.metadata.name }]
  })
}
