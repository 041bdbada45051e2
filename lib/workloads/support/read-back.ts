import type { IntegrityCheck, Write } from '../../record/facts.ts'
import { messageOf } from '../../system/file-error.ts'
import type { ExpectedData } from '../workload.ts'

/** What a store of numbered objects must hold. */
export interface ExpectedState {
  seed: number
  seeded: number
  /** All writes that were sent, acknowledged or not. */
  writes: readonly Write[]
  /**
   * Set if nothing was restored since the writes: those acknowledged before this time (ms since the epoch) must be there, and an
   * object that is older or missing is a finding. Without it, such an object is loss, which the verdict counts from `slots`.
   */
  heldBeforeMs?: number
}

export interface ReadingBack<Listing> {
  /** What is read, for errors: 'records'. */
  what: string
  read: () => Promise<Listing>
  compare: (listing: Listing, expected: ExpectedState) => IntegrityCheck
}

/** Reads everything back and compares it with what must be there. What stops the reading is the check's `error`. */
export async function readBack<Listing>(
  { since, writes, seed, seeded }: ExpectedData,
  { what, read, compare }: ReadingBack<Listing>,
): Promise<IntegrityCheck> {
  try {
    // What is acknowledged while the objects are read may come too late for the reading.
    const readFromMs = Date.now()
    const listing = await read()
    const expected = { seed, seeded, writes: await writes() }
    return compare(listing, since === 'fault' ? { ...expected, heldBeforeMs: readFromMs } : expected)
  } catch (error) {
    const message = messageOf(error)
    return { objects: 0, bytes: 0, findings: [], slots: [], error: `the ${what} could not be read back: ${message}` }
  }
}
