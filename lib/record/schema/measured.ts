import { z } from 'zod'

/* What a drill measures, as facts carry it. Times are milliseconds since the epoch, sizes are bytes, CPU is seconds. */

/** Latest time of a date, in milliseconds since the epoch. */
export const LATEST_MS = 8.64e15

const text = z.string()
const number = z.number()
const size = number.min(0).max(Number.MAX_SAFE_INTEGER)
const clusterTime = number.min(-LATEST_MS).max(LATEST_MS).nullable()

/** [due, answered or null, what was seen], and the time at which it was sent if that was later than due. */
export type Sample<Seen> = [dueMs: number, answeredMs: number | null, seen: Seen, sentMs?: number]

/** `seen` is true for a right answer. */
export type ProbeSample = Sample<boolean>

/**
 * Outcome of a call that the mesh must deny. `denied`: the mesh denied it. `served`: the service answered it rightly. `other`: no
 * answer, or another one, as in an outage.
 */
export const CALL_OUTCOMES = ['denied', 'served', 'other'] as const

export type CallOutcome = (typeof CALL_OUTCOMES)[number]
export type CallSample = Sample<CallOutcome>

const [due, answered, right] = [number, number.nullable(), z.boolean()]

/** A union of tuples, because zod checks tuples of a fixed length faster, and a run has many thousand samples. */
export const probeSample: z.ZodType<ProbeSample> = z
  .union([z.tuple([due, answered, right]), z.tuple([due, answered, right, number])])
  .describe('[due, answered or null, right answer], and the time at which it was sent if that was later than due')

const outcome = z.enum(CALL_OUTCOMES)

export const callSample: z.ZodType<CallSample> = z
  .union([z.tuple([due, answered, outcome]), z.tuple([due, answered, outcome, number])])
  .describe(
    '[due, answered or null, outcome], and the time at which it was sent if that was later than due. `other` is no answer, or one of neither the mesh’s policy nor the service.',
  )

export const write = z.object({
  sequence: number.describe('Unique. One more than that of the previous write.'),
  slot: number.describe('The place in the volume, in records.'),
  generation: number.describe('How often this slot was written before, plus one.'),
  sentMs: number,
  acknowledgedMs: number
    .nullable()
    .describe('Time at which the 2xx reached the client. Null without a 2xx: such a write may be stored or not.'),
})

export const load = z.object({
  requests: number.min(0),
  failed: number.min(0),
  durationMs: number,
  p50Ms: number.min(0).nullable().describe('Null if no request was answered.'),
  p99Ms: number.min(0).nullable(),
  error: text
    .nullable()
    .describe('Why the load cannot be trusted, for example after a crash of the generator. Null if it can.'),
})

export const operation = z.object({
  state: text.describe("The tool's own terminal state, as the tool spells it."),
  succeeded: z.boolean(),
  startedMs: clusterTime.describe("By the cluster's clock. Null if the tool does not report it."),
  endedMs: clusterTime,
  bytes: size
    .nullable()
    .describe("Bytes of the workload's volumes that were moved. Null if the tool does not report it."),
  details: z
    .record(text, z.union([text, number, z.null()]))
    .describe('Further figures that the tool reports: warnings, errors, items, volumes.'),
})

const FINDING_KINDS = [
  'lost',
  'stale',
  'torn',
  'torn across volumes',
  'misdirected',
  'flipped',
  'truncated',
  'phantom',
  'changed attribute',
  'changed output',
] as const

export const finding = z.object({
  kind: z.enum(FINDING_KINDS),
  file: text,
  offset: number,
  detail: text,
  check: text.exactOptional().describe('Which of its own checks found it, if the service has several.'),
  operations: z
    .array(z.object({ sequence: number, slot: number, on: z.array(text), notOn: z.array(text) }))
    .exactOptional()
    .describe('The fewest writes that show it, with the volumes that hold each of them and those that lack it.'),
})

/** Attributes of files, in the order of the tables. */
export const FILE_ATTRIBUTES = [
  'content',
  'name-special',
  'name-bytes',
  'name-long',
  'deep-folder',
  'empty-folder',
  'symlink',
  'hard-link',
  'fifo',
  'permissions',
  'special-bits',
  'owner',
  'group',
  'acl',
  'capability',
  'xattr',
  'time',
  'old-time',
  'time-fraction',
  'folder-time',
  'symlink-time',
  'holes',
] as const

export const keptAttribute = z.object({
  attribute: z.enum(FILE_ATTRIBUTES),
  entries: z.int().min(0).describe('Number of entries that show whether the attribute was kept.'),
  kept: z.int().min(0).describe('Number of these entries with the attribute as it was.'),
  missing: text.exactOptional().describe('Why not every such entry could be made on this volume.'),
  examples: z.array(z.object({ file: text, was: text, is: text })).describe('The first entries without the attribute.'),
})

export const integrityCheck = z.object({
  objects: number.describe('Number of records that were read.'),
  bytes: number.min(0),
  findings: z.array(finding),
  slots: z
    .array(z.tuple([number, number]))
    .describe('For each slot that the load wrote to: [slot, sequence found there]. Sequence -1 if the slot is empty.'),
  attributes: z
    .array(keptAttribute)
    .exactOptional()
    .describe('Attributes of files that were compared. Only in drills of a workload with such files.'),
  error: text.nullable().describe('Why the check could not be finished. Null if it was.'),
})

export const resourceSample = z.object({
  at: number,
  scope: text.describe('`node/<name>` or `pod/<namespace>/<name>`'),
  tool: z.boolean().describe('True if the scope belongs to the backup tool.'),
  cpuSeconds: number.describe('Cumulative since the scope started.'),
  memoryBytes: number,
  sinceMs: number
    .exactOptional()
    .describe("Start of a pod's first container, by its node's clock. Recorded once. Not in older runs."),
})

/** The parts of a proxy's state that a mesh may offer. Each is a field of the mesh state. */
export const MESH_ASPECTS = ['configuration', 'identities', 'policies', 'requests', 'accessLogLines'] as const

export const meshState = z.object({
  configuration: z
    .record(text, text)
    .describe('Normalised proxy configuration: name of a section → SHA-256 of its canonical JSON.'),
  identities: z.array(text).describe('Identities in certificates: subject alternative name and issuer.'),
  policies: z.record(text, text).describe("Names of the mesh's policy objects → hash of their spec."),
  requests: number.nullable().describe('Number of requests that the proxies counted so far. Null without a metric.'),
  accessLogLines: number.nullable().describe('Number of access log lines that the proxies wrote so far.'),
  proxies: z
    .array(text)
    .exactOptional()
    .describe("IDs of the proxies' containers, because a new container counts from zero. Not in older runs."),
  notOffered: z
    .array(z.enum(MESH_ASPECTS))
    .exactOptional()
    .describe('Fields that this mesh does not offer. Not in older runs, which had all fields.'),
  error: text.nullable().describe('Why the state is unknown. Null if it is known.'),
})
