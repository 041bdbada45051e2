import { z } from 'zod'
import { finding, operation } from '../../record/schema/measured.ts'

/* Observations of a drill that explain its figures. Times in milliseconds, sizes in bytes, CPU in seconds. */

const text = z.string()
const number = z.number()
const count = z.int().min(0)

/** A quantity that is known to lie between two bounds. */
export const interval = z.strictObject({ low: number.min(0), high: number.min(0) })

export const usage = z.strictObject({
  cpuSeconds: number.min(0).describe('CPU time used within the window.'),
  peakMemoryBytes: number.min(0).describe('Highest sum of memory at any moment of the window.'),
})

export const operationUsage = z
  .strictObject({ backup: usage.nullable(), restore: usage.nullable() })
  .describe('Null if the operation did not take place, or was not measured.')

const answers = z.strictObject({
  writes: count.describe('Writes that were sent in the window.'),
  failed: count.describe('Writes without a 2xx.'),
  p50Ms: number.min(0).nullable().describe('From the sending to the 2xx. Null if no write was acknowledged.'),
  p99Ms: number.min(0).nullable(),
})

export const backupImpact = z
  .strictObject({ before: answers, during: answers })
  .describe('Answers to the writes in the seconds before the backup, and during it.')

export const OUTCOMES = ['survives', 'recovers with loss', 'does not recover'] as const

const outage = z.object({
  kind: z.enum(['outage', 'brown-out', 'flapping']),
  fromMs: number.describe('When its first wrong probe was sent.'),
  toMs: number.describe('When its last wrong probe was sent.'),
  durationMs: z.object({ low: number, high: number }),
  probes: count.describe('Probes from the first wrong one to the last.'),
  wrong: count,
  spells: count.describe('How often the service went away during this outage.'),
})

const missing = {
  lost: count,
  oldestLostMs: number.describe(
    'Age of the oldest lost write at the earliest possible fault time. 0 if nothing is lost.',
  ),
  oldestLostAtMostMs: number.describe('The same at the latest possible fault time.'),
  phantoms: z.array(text).describe('The first slots that hold a record that was never written to them.'),
}

const sentWrite = { sequence: number, slot: number, sentMs: number, acknowledgedMs: number.nullable(), part: text }
const point = z.tuple([number.nullable(), number.nullable()])
const seen = z.object({ there: count, missing: count })

const consistency = z.union([
  z.object({ consistent: z.literal(true), point, seen }),
  z.object({
    consistent: z.literal(false),
    witness: z
      .object({ there: z.object(sentWrite), missing: z.object(sentWrite), gapMs: number, words: text })
      .describe('Two writes that cannot belong to the state of one moment.'),
    within: text.nullable().describe('The part that mixes several moments. Null if each part is of one moment.'),
    parts: z.array(z.object({ part: text, point: point.nullable() })),
    seen,
  }),
])

const loss = z.object({
  by: z.enum(['writes', 'files']).describe('The unit in which the loss is counted.'),
  acknowledged: count,
  ...missing,
  certain: z.object(missing).describe('What is missing even if the write log is incomplete.'),
  unknown: z.object({ sent: count, there: count }).describe('Writes without a 2xx, and how many of them are present.'),
  counterExamples: z.array(text).describe('The smallest counter-example for each kind of wrong slot.'),
  consistency,
  moment: z.enum(['one', 'several', 'unknown']).describe('Whether the restored state is of one moment.'),
  problem: text.nullable().describe('Why the loss is not known. Null if it is known.'),
  untrusted: text.nullable().describe('Why only `certain` can be trusted. Null if all can.'),
})

const namedOperation = operation.extend({ name: text })

export const policy = z
  .object({
    denied: count,
    served: count.describe('Calls that were served after the first one that was denied.'),
    other: count.describe('Calls without an answer, or with one of neither the policy nor the service.'),
    open: z
      .object({
        afterFaultMs: number.nullable().describe('From the fault to the first served call. Null if no fault was seen.'),
        durationMs: number.describe('From the first served call to the last.'),
      })
      .nullable()
      .describe('When the mesh served them. Null if it served none.'),
  })
  .describe('What became of the calls that a policy of the mesh denies.')

export const evidence = z.object({
  outcome: z.enum(OUTCOMES).nullable(),
  notes: z.array(text),
  fault: z
    .object({ name: text, between: z.tuple([number, number]), seen: text })
    .nullable()
    .describe('The first fault. `seen` describes its observed effect.'),
  healed: z.array(text),
  probes: z.object({ answered: count, sent: number.nullable(), intervalMs: number }).nullable(),
  outages: z
    .object({ count, unavailableMs: z.object({ low: number, high: number }), seen: z.array(outage) })
    .nullable()
    .describe('`count` and `unavailableMs` are over all outages. `seen` lists the first of them.'),
  policy: policy.nullable().exactOptional().describe('Null if no such call was made. Not in older runs.'),
  rtoAtLeastMs: number
    .nullable()
    .describe('Lower bound of RTO, known even if the service was not seen to be restored.'),
  loss: loss.nullable(),
  backup: namedOperation.nullable().describe('The backup that was restored, else the last one.'),
  restore: namedOperation.nullable(),
  corruption: z
    .array(z.object({ findings: count, first: finding.nullable() }))
    .describe('The result of each check right after the fault.'),
  findings: count.nullable().describe('Number of findings at the end. `integrity.findings` lists the first of them.'),
  nodeResources: operationUsage,
  backupImpact: backupImpact.nullable(),
})
