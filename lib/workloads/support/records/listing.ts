import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Finding } from '../../../record/facts.ts'
import { finding } from '../../../record/schema/measured.ts'

/** The listing of a service of numbered records. */
export interface RecordsListing {
  records: ListedRecord[]
  /** Damage that the service itself found. */
  findings: Finding[]
}

export interface ListedRecord {
  slot: number
  sequence: number
  generation: number
  bytes: number
  /** The first 16 bytes of the payload's SHA-256, in hex. */
  hash: string
  file: string
  offset: number
}

const number = z.number()
const record = z.tuple([number, number, number, number, z.string(), z.string(), number])
const end = z.object({ records: number, sha256: z.string() })
const failure = z.object({ error: z.string() })

/**
 * Parses the answer to `GET /records`. Throws if it is incomplete, changed, or ends with an error of the service. It must
 * not look like a smaller store.
 */
export function parseRecords(body: Buffer): RecordsListing {
  const lastStart = body.lastIndexOf('\n', -2) + 1
  const last = parseLast(body.subarray(lastStart).toString('utf8'))
  const lines = body.subarray(0, lastStart)
  const hash = createHash('sha256').update(lines).digest('hex')
  if (hash !== last.sha256)
    throw new Error(`the listing's lines have SHA-256 ${hash}, its last line says ${last.sha256}`)
  const parsed = lines
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line))
  const records = parsed.filter((line) => Array.isArray(line)).map((line) => toRecord(record.parse(line)))
  if (records.length !== last.records)
    throw new Error(`the listing has ${records.length} records, its last line says ${last.records}`)
  return { records, findings: parsed.filter((line) => !Array.isArray(line)).map((line) => finding.parse(line)) }
}

function parseLast(line: string): z.infer<typeof end> {
  const read = line.endsWith('\n') ? parseJson(line) : null
  const failed = failure.safeParse(read)
  if (failed.success) throw new Error(`the service could not read its records: ${failed.data.error}`)
  const last = end.safeParse(read)
  if (!last.success) throw new Error(`the listing is incomplete. It ends with ${JSON.stringify(line.slice(-80))}`)
  return last.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // An incomplete stream ends with half a line. The caller throws.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function toRecord([slot, sequence, generation, bytes, hash, file, offset]: z.infer<typeof record>): ListedRecord {
  return { slot, sequence, generation, bytes, hash, file, offset }
}
