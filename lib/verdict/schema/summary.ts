import { z } from 'zod'
import { drillResult } from './result.ts'
import { rankingEntry } from './ranking.ts'

/** Changes with the shape or meaning of any field. */
export const SUMMARY_SCHEMA = 'meshdrill/summary@2'

const text = z.string()
const durationMs = z.number().min(0).nullable().describe('Null if the run did not record its end.')
const described = { id: text, seed: z.number().nullable(), provider: text, kubernetes: text }
const machine = { cpus: z.number(), memoryBytes: z.number() }

const mergedRun = z.strictObject({
  ...described,
  nodes: z.number().nullable(),
  machine: z.strictObject(machine).nullable(),
  startedAt: z.number(),
  durationMs: z.number().nullable(),
  drills: z.number().describe('Number of drills of this run in this summary.'),
})

const component = z.strictObject({
  version: text,
  source: text,
  differs: z
    .strictObject({ version: text, reason: text })
    .exactOptional()
    .describe(
      'Version that a run with the other kind of artifacts uses, with the reason. Absent if both are the same.',
    ),
})

const run = z.strictObject({
  ...described,
  nodes: z.int().min(0).nullable(),
  machine: z.strictObject({ cpus: z.int().min(0), memoryBytes: z.int().min(0) }).nullable(),
  merged: z.strictObject({ runs: z.array(mergedRun), told: z.array(text) }).exactOptional(),
  startedAt: z.number().describe('Milliseconds since the epoch.'),
  durationMs,
  components: z.record(text, component),
})

export const summary = z
  .strictObject({
    schema: z.literal(SUMMARY_SCHEMA),
    run,
    drills: z.array(drillResult),
    ranking: z.array(rankingEntry).describe('The best first. Empty if no tool was drilled.'),
  })
  .describe('Times in milliseconds, sizes in bytes, CPU in seconds. What was not measured is null, never 0.')
