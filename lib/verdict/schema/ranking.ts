import { z } from 'zod'
import { MOMENTS } from '../../record/moment.ts'
import { userEffort } from '../../record/schema/run.ts'
import { exposure, VERDICTS } from './result.ts'

/* An entry of `ranking` in `summary.json`. Times in milliseconds, sizes in bytes, CPU in seconds. */

const text = z.string()
const name = text.nullable()
const count = z.int().min(0)
const size = z.number().min(0)
const share = z.number().min(0).max(1)
const position = z.int().min(1).nullable()

export const condition = z
  .strictObject({ mesh: name, fault: name, moment: z.enum(MOMENTS).nullable(), workload: name })
  .describe('Drills are compared only if they share this condition.')

export const metricName = z.enum([
  'lostData',
  'failed',
  'rtoMs',
  'rpoMs',
  'backupMs',
  'cpuSeconds',
  'memoryBytes',
  'storedBytes',
])

const bounds = { low: size, high: size.nullable() }

const median = z
  .strictObject({ ...bounds, confidence: z.strictObject(bounds).nullable() })
  .describe('Between two bounds, with its 95 % confidence interval. `high` is null if it never ended.')

const figure = z.strictObject({
  metric: metricName,
  size: z.strictObject({ values: count, neverEnded: count, missing: count }),
  median: median.nullable(),
  text: text.describe("For people: the upper bound of the median, or a count such as '3 of 20'."),
})

export const metricComparison = z.strictObject({
  condition,
  metric: metricName,
  own: text.describe('For people: the figure of the contender.'),
  rival: text.describe('For people: the figure of its rival.'),
  delta: z.number().min(-1).max(1).nullable(),
  p: share
    .nullable()
    .describe("After Holm's correction over the whole ranking. Null if no difference could be claimed."),
  verdict: z.enum(['less', 'greater', '~']).describe('`less`: the contender is shown to be lower, hence better.'),
  reason: text.describe('For people: the reason of the verdict.'),
  tooFew: z.boolean().describe('One side has too few values to show any difference.'),
  looksWorse: z
    .boolean()
    .describe('The contender is worse before the correction. The correction limits claims, but must not hide doubts.'),
})

export const pairSummary = z.strictObject({
  rival: text,
  conditions: z.array(condition).describe('Conditions under which both were drilled.'),
  dominates: z
    .boolean()
    .describe('At least one figure is better than that of the rival, none looks worse, and none is in doubt.'),
  compared: count.describe('Number of figures with values on both sides.'),
  tooFew: count.describe('Number of compared figures with too few values to show any difference.'),
  differences: z.array(metricComparison),
})

export const dataIntegrity = z.strictObject({
  whole: count.describe('Drills that brought all data back.'),
  lost: count.describe('Drills that unexpectedly did not bring the data back.'),
  lostAsExpected: count.describe(
    'Drills that did not bring the data back, as expected of the tool after such a fault.',
  ),
  unknown: count,
  wholeShare: share
    .nullable()
    .describe('Share of whole drills among those with a known outcome. Null if no outcome is known.'),
  lostWrites: count.nullable().describe('Number of lost acknowledged writes. Null if no drill counted writes.'),
  lostFiles: count.nullable().describe('Number of lost files. Null if no drill counted files.'),
  findings: count
    .nullable()
    .describe('Number of findings in the data that was read back. Null if no drill measured it.'),
})

export const criterionName = z.enum([
  'objects',
  'definitions',
  'images',
  'privilegedPods',
  'permissions',
  'unboundedGrants',
  'configurationLines',
  'backupSteps',
  'restoreSteps',
  'installMs',
])

export const simplicity = z.strictObject({
  counts: z.array(
    z.strictObject({
      criterion: criterionName,
      count: size.nullable(),
      rank: position.describe('One more than the number of tools with a lower count. Null if it is not known.'),
      of: count.describe('Number of tools with a known count.'),
    }),
  ),
  effort: userEffort.nullable(),
})

export const countedDrills = z.strictObject({
  pass: count,
  fail: count,
  unmeasured: z
    .array(z.strictObject({ id: text, verdict: z.enum(VERDICTS), reason: text }))
    .describe('Drills that do not count as measured.'),
})

export const rankingEntry = z.strictObject({
  tool: name,
  strategy: name,
  place: position.describe(
    'From 1. Entries between which no order is shown share it. Null if no order is shown at all.',
  ),
  noOrder: name.describe('Why the whole ranking shows no order, the same in all entries. Null if it shows an order.'),
  because: z.array(text).describe('For people: reasons for its place.'),
  integrity: dataIntegrity,
  performance: z.strictObject({
    front: position.describe('Pareto front among the entries with equal integrity, from 1. Null if it is not ranked.'),
    rows: z.array(z.strictObject({ condition, drills: count, figures: z.array(figure) })),
    pairs: z.array(pairSummary).describe('Comparison with each other entry.'),
  }),
  simplicity: simplicity.nullable().describe('Null if nothing was recorded.'),
  exposure: exposure
    .nullable()
    .describe('The worst of its drills. Null if none searched the store. No place depends on it.'),
  drills: countedDrills,
})
