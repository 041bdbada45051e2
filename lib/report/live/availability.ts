import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { z } from 'zod'
import { probeSample } from '../../record/schema/measured.ts'

/** Answers of the probes that were due in one second. */
export interface Second {
  right: number
  all: number
}

/** A line of facts is read for its probes alone. */
const probesFact = z.object({ kind: z.literal('probes'), samples: z.array(probeSample) })
const PROBES = Buffer.from('{"kind":"probes"')
const LINE_END = 10

/** More than a live view shows. */
const KEPT_SECONDS = 120
const CHUNK_BYTES = 1 << 20

/** Reads the probes of a run while its facts are written. */
export interface AvailabilityFeed {
  /** The last `seconds` up to the newest probe, oldest first; null for a second without a probe. Empty if there is no probe yet. */
  read(seconds: number): (Second | null)[]
  /** Forgets all probes: the next drill begins. */
  clear(): void
}

/** `path`: `events.jsonl` of the run; it may not be there yet. */
export function followAvailability(path: string): AvailabilityFeed {
  let offset = 0
  let open = Buffer.alloc(0)
  const seconds = new Map<number, Second>()

  const add = (line: Buffer): void => {
    if (!line.subarray(0, PROBES.length).equals(PROBES)) return
    const { success, data } = probesFact.safeParse(parseLine(line))
    for (const [dueMs, , right] of success ? data.samples : []) {
      const at = Math.floor(dueMs / 1000)
      const second = seconds.get(at) ?? { right: 0, all: 0 }
      seconds.set(at, { right: second.right + (right ? 1 : 0), all: second.all + 1 })
    }
  }

  const readNew = (): void => {
    for (const chunk of readFrom(path, offset)) {
      offset += chunk.length
      let rest = Buffer.concat([open, chunk])
      for (let end = rest.indexOf(LINE_END); end >= 0; end = rest.indexOf(LINE_END)) {
        add(rest.subarray(0, end))
        rest = rest.subarray(end + 1)
      }
      open = Buffer.from(rest)
    }
  }

  return {
    read(count) {
      readNew()
      if (seconds.size === 0) return []
      const newest = Math.max(...seconds.keys())
      for (const at of seconds.keys()) if (at <= newest - KEPT_SECONDS) seconds.delete(at)
      return Array.from({ length: count }, (_, index) => seconds.get(newest - count + 1 + index) ?? null)
    },
    clear() {
      readNew()
      seconds.clear()
    },
  }
}

function parseLine(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    // The verdict reports a damaged line. A picture of the present only lacks its second.
    return null
  }
}

function* readFrom(path: string, from: number): Generator<Buffer> {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size <= from) return
  const file = openSync(path, 'r')
  try {
    for (let at = from; at < size;) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, size - at))
      const length = readSync(file, chunk, 0, chunk.length, at)
      if (length === 0) return
      yield chunk.subarray(0, length)
      at += length
    }
  } finally {
    closeSync(file)
  }
}
