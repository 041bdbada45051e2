import type { IntegrityCheck, Write } from '../../record/facts.ts'
import { messageOf } from '../../system/file-error.ts'
import type { ExpectedData } from '../workload.ts'

/** Expected content of a store of numbered objects. */
export interface ExpectedState {
  seed: number
  seeded: number
  /** All writes that were sent, acknowledged or not. */
  writes: readonly Write[]
  /**
   * Set if nothing was restored since the writes. Writes acknowledged before this time (ms since the epoch) must be there:
   * an older or missing object is a finding. If unset, such an object is loss, which the verdict counts from `slots`.
   */
  heldBeforeMs?: number
}

export interface ReadingBack<Listing> {
  /** Kind of objects, for errors, such as 'records'. */
  what: string
  read: () => Promise<Listing>
  compare: (listing: Listing, expected: ExpectedState) => IntegrityCheck
}

/** Reads everything back and compares it with the expected state. If reading fails, `error` of the check is set. */
export async function readBack<Listing>(
  { since, writes, seed, seeded }: ExpectedData,
  { what, read, compare }: ReadingBack<Listing>,
): Promise<IntegrityCheck> {
  try {
    // The listing may miss writes that are acknowledged while it is read.
    const readFromMs = Date.now()
    const listing = await read()
    const expected = { seed, seeded, writes: await writes() }
    return compare(listing, since === 'fault' ? { ...expected, heldBeforeMs: readFromMs } : expected)
  } catch (error) {
    const message = messageOf(error)
    return { objects: 0, bytes: 0, findings: [], slots: [], error: `the ${what} could not be read back: ${message}` }
  }
}
