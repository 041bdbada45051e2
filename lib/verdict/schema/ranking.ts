import { z } from 'zod'
import { MOMENTS } from '../../record/moment.ts'
import { userEffort } from '../../record/schema/run.ts'
import { VERDICTS } from './result.ts'

/* An entry of `ranking` in `summary.json`. Times in milliseconds, sizes in bytes, CPU in seconds. */

const text = z.string()
const name = text.nullable()
const count = z.int().min(0)
const size = z.number().min(0)
const share = z.number().min(0).max(1)
const position = z.int().min(1).nullable()

export const condition = z
  .strictObject({ mesh: name, fault: name, moment: z.enum(MOMENTS).nullable(), workload: name })
  .describe('What drills must share to be compared.')

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
  text: text.describe("For people: the median's upper bound, or how many of how many."),
})

export const metricComparison = z.strictObject({
  condition,
  metric: metricName,
  own: text.describe('For people: what was measured of the contender.'),
  rival: text.describe('For people: what was measured of its rival.'),
  delta: z.number().min(-1).max(1).nullable(),
  p: share
    .nullable()
    .describe("After Holm's correction over the whole ranking. Null if no difference could be claimed."),
  verdict: z.enum(['less', 'greater', '~']).describe('`less`: the contender is shown to be lower, hence better.'),
  reason: text.describe('For people: why the verdict is so.'),
  tooFew: z.boolean().describe('A side has too few values for any difference to be shown.'),
  looksWorse: z.boolean().describe('Worse before the correction, which guards claims and must not hide doubts.'),
})

export const pairSummary = z.strictObject({
  rival: text,
  conditions: z.array(condition).describe('Conditions under which both were drilled.'),
  dominates: z.boolean().describe('Something is better than the rival, nothing looks worse, and nothing is in doubt.'),
  compared: count.describe('How many figures both have values of.'),
  tooFew: count.describe('How many of those have too few values to show any difference.'),
  differences: z.array(metricComparison),
})

export const dataIntegrity = z.strictObject({
  whole: count.describe('Drills whose data came back whole.'),
  lost: count.describe('Drills whose data did not come back, and should have.'),
  lostAsExpected: count.describe('Drills whose data did not come back, as expected of the tool after such a fault.'),
  unknown: count,
  wholeShare: share.nullable().describe('Whole ones of those that are known. Null if none is known.'),
  lostWrites: count.nullable().describe('Acknowledged writes that were lost. Null if no drill measured it.'),
  findings: count.nullable().describe('Findings in what was read back. Null if no drill measured it.'),
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
      rank: position.describe('One more than the number of tools that have less. Null if that is not known.'),
      of: count.describe('How many tools are known by this criterion.'),
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
  noOrder: name.describe('Why the whole ranking shows no order. The same for all entries. Null if it shows one.'),
  because: z.array(text).describe('For people: why it stands where it stands.'),
  integrity: dataIntegrity,
  performance: z.strictObject({
    front: position.describe('Pareto front among those alike in integrity, from 1. Null if it is not ranked.'),
    rows: z.array(z.strictObject({ condition, drills: count, figures: z.array(figure) })),
    pairs: z.array(pairSummary).describe('Against each of the others.'),
  }),
  simplicity: simplicity.nullable().describe('Null if nothing was recorded.'),
  drills: countedDrills,
})
