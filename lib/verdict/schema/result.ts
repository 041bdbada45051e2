import { z } from 'zod'
import { MOMENTS } from '../../record/moment.ts'
import { finding, keptAttribute, MESH_ASPECTS } from '../../record/schema/measured.ts'
import { type Code, CODES, type Question } from '../codes.ts'
import { evidence, interval, operationUsage } from './evidence.ts'

/* A drill in `summary.json`. What was not measured is null, never 0. Times in ms, sizes in bytes, CPU in seconds. */

const text = z.string()
const name = text.nullable()
const size = z.number().min(0)
const count = z.int().min(0)

export const VERDICTS = ['pass', 'fail', 'inconclusive', 'skipped'] as const
export const EXPOSURES = ['not readable', 'published key', 'readable'] as const

export const exposure = z
  .strictObject({
    data: z.enum(EXPOSURES).nullable().describe('Data of the volume. Null if not known, or not in the store.'),
    secrets: z.enum(EXPOSURES).nullable().describe('Secrets of the namespace. Null if not known.'),
  })
  .describe('What somebody can read who can read the store, by a search for known texts.')

const codes = Object.keys(CODES) as Code[]
const questions = [...new Set(codes.map((code) => code.split('.')[0]))] as Question[]

const part = z.strictObject({
  question: z.enum(questions),
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  code: z.enum(codes).describe('Stable identifier of the answer: <question>.<answer>.'),
  reason: text.describe('For people: why it did not pass, or the finding.'),
})

const drillShape = z.strictObject({
  id: text,
  tool: name,
  strategy: name,
  mesh: name,
  fault: name,
  moment: z
    .enum(MOMENTS)
    .nullable()
    .describe("When the fault strikes. Derived from the fault's name in runs that did not record it."),
  workload: name,
  repetition: z.number().nullable(),
  verdict: z
    .enum(VERDICTS)
    .describe(
      'The worst verdict of `parts`, or `skipped` if the drill never started. A pass has all figures and no reasons.',
    ),
  parts: z.array(part),
  reasons: z
    .array(text)
    .describe('Reasons of the parts that did not pass, the failed ones first. Of a skipped drill: why it was skipped.'),
  rtoMs: interval.nullable(),
  rpo: z
    .strictObject({
      acknowledged: count,
      lost: count,
      oldestLostMs: size.describe('Age at fault time of the oldest lost write. 0 if none was lost.'),
    })
    .nullable(),
  backup: z
    .strictObject({
      durationMs: size.nullable(),
      bytes: size.nullable(),
      storedBytes: z
        .number()
        .nullable()
        .describe("Growth of the tool's objects in the store, over all backups of the drill."),
      exposure: exposure.exactOptional().describe('Absent if this drill did not search the store.'),
    })
    .nullable(),
  restore: z.strictObject({ durationMs: size.nullable() }).nullable(),
  resources: operationUsage.describe("Of the tool's own pods. Those of the nodes are in `evidence.nodeResources`."),
  integrity: z
    .strictObject({
      ...{ objects: count, bytes: count, findings: z.array(finding) },
      attributes: z
        .array(keptAttribute)
        .exactOptional()
        .describe(
          'Attributes of files, and how many entries came back with each. Only of a workload that compares them.',
        ),
    })
    .nullable(),
  meshState: z
    .strictObject({
      equal: z.boolean().nullable().describe('Null if the mesh offers nothing to compare.'),
      differences: z.array(text),
      notOffered: z
        .array(z.enum(MESH_ASPECTS))
        .describe('Aspects that this mesh does not offer. They were not compared.'),
    })
    .nullable(),
  load: z.strictObject({ requests: count, failed: count, p50Ms: size.nullable(), p99Ms: size.nullable() }).nullable(),
  objectives: z.strictObject({ rtoMs: size, rpoMs: size }).nullable(),
  evidence,
})

export const drillResult = drillShape.superRefine((drill, context) => {
  for (const message of listContradictions(drill)) context.addIssue({ code: 'custom', message })
})

/** Contradictions within a result. A drill passes without most figures if nothing can bring the state back. */
function listContradictions({
  verdict,
  parts,
  reasons,
  load,
  rtoMs,
  rpo,
  integrity,
  evidence,
}: z.infer<typeof drillShape>): string[] {
  if (verdict !== 'pass') return reasons.length === 0 ? [`a drill that is ${verdict} has a reason`] : []
  const isLossMeasurable = !parts.some(({ code }) => code === 'rpo.not-measurable')
  const recovered = { rtoMs, integrity, ...(isLossMeasurable ? { rpo } : {}) }
  const needed = { load, ...(evidence.outcome === 'does not recover' ? {} : recovered) }
  return [
    ...(reasons.length === 0 ? [] : ['a drill that passed has no reasons']),
    ...Object.entries(needed).flatMap(([field, value]) =>
      value === null ? [`a drill that passed has measured "${field}"`] : [],
    ),
  ]
}
