import { z } from 'zod'
import type { Route } from '../../../components/mesh.ts'
import { checkSeeded } from '../../../load/load.ts'
import { OUTPUT_LIMIT, shortenMiddle } from '../../../output/shorten.ts'
import type { IntegrityCheck } from '../../../record/facts.ts'
import { messageOf } from '../../../system/file-error.ts'
import type { ExpectedData } from '../../workload.ts'
import { sendWell } from '../http.ts'
import { compareRecords } from './compare.ts'
import { parseRecords } from './listing.ts'
import type { Payloads } from './payloads.ts'

const SEED_TIMEOUT_MS = 300_000
const LISTING_TIMEOUT_MS = 60_000

const seedAnswer = z.object({ records: z.number().int().positive() })

/** Has the service fill its store; returns how many records there are. */
export async function seedRecords(route: Route, { seed, bytes }: { seed: number; bytes: number }): Promise<number> {
  const body = await sendWell(route, 'POST', `/seed?bytes=${bytes}&seed=${seed}`, SEED_TIMEOUT_MS)
  const text = body.toString('utf8')
  const answer = seedAnswer.safeParse(JSON.parse(text))
  if (!answer.success)
    throw new Error(`POST /seed answered ${shortenMiddle(text, OUTPUT_LIMIT)}, without the number of records`)
  checkSeeded(answer.data.records)
  return answer.data.records
}

/** Has the service check its store and list it, and compares every record. What stops the reading is the check's `error`. */
export async function verifyRecords(
  route: Route,
  { since, writes, seed, seeded }: ExpectedData,
  payloads: Payloads,
): Promise<IntegrityCheck> {
  try {
    // What is acknowledged while the records are read may come too late for the reading.
    const readFromMs = Date.now()
    const listing = parseRecords(await sendWell(route, 'GET', '/records', LISTING_TIMEOUT_MS))
    const expected = { seed, seeded, writes: await writes() }
    return compareRecords(listing, since === 'fault' ? { ...expected, heldBeforeMs: readFromMs } : expected, payloads)
  } catch (error) {
    const message = messageOf(error)
    return { objects: 0, bytes: 0, findings: [], slots: [], error: `the records could not be read back: ${message}` }
  }
}
