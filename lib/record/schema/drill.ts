import { z } from 'zod'
import { MOMENTS } from '../moment.ts'
import {
  callSample,
  FILE_ATTRIBUTES,
  integrityCheck,
  load,
  meshState,
  operation,
  probeSample,
  resourceSample,
  write,
} from './measured.ts'

const text = z.string()
const number = z.number()
const flag = z.boolean()
const error = text.nullable()

export const drillAxes = z.object({
  tool: text,
  strategy: text,
  mesh: text,
  fault: text,
  moment: z.enum(MOMENTS).exactOptional().describe("Not in older runs: derived from the fault's name."),
  workload: text,
  repetition: number,
})

export const objectives = z
  .object({ rtoMs: number.min(0), rpoMs: number.min(0) })
  .describe('Maximum recovery time, and maximum age of the oldest acknowledged write that may be lost.')

export const expectations = z
  .object({
    outage: flag.describe('Probes must fail after the fault: it interrupts the service.'),
    corruption: flag.describe('The integrity check after the fault must find corruption.'),
    restore: flag.describe('The drill restores from a backup.'),
    backupMayFail: flag.describe('The fault hits the backup itself, which may fail but must say so.'),
    restoreMayFail: flag
      .exactOptional()
      .describe('The fault hits the restore itself, which must succeed when repeated.'),
    pointInTime: flag.exactOptional().describe('The strategy promises the state of one moment, as a snapshot does.'),
    attributesNotKept: z
      .array(z.enum(FILE_ATTRIBUTES))
      .exactOptional()
      .describe('Attributes of files that the tool is documented not to keep. Not in older runs.'),
    recoverable: flag
      .exactOptional()
      .describe(
        'False if this tool cannot bring the state back after this fault. That is a finding, and must stay true.',
      ),
    denial: flag
      .exactOptional()
      .describe(
        'A policy of the mesh denies a call. It must stay denied during the whole drill. Not in older runs, nor true for a mesh without policies.',
      ),
    minimumLoadRps: number.min(0).describe('Requests per second that the load must reach for its figures to count.'),
  })
  .describe("Required effect of the drill's fault. If it is not seen, the drill proves nothing.")

export const lossMeasure = z
  .union([
    z.object({
      by: z.literal('writes'),
      unsyncedMs: number
        .exactOptional()
        .describe(
          'A write may be acknowledged so long before it is on the disk: a power cut may lose it. Not there if a write is acknowledged when it is on the disk.',
        ),
    }),
    z.object({ by: z.literal('files') }),
    z.object({ by: z.literal('none'), reason: text }),
  ])
  .describe('Kind of loss that a workload can measure: acknowledged writes, files, or none, with the reason.')

export const step = z.enum(['provision', 'back up', 'break', 'restore', 'assert'])
export const claimState = z.enum(['there', 'gone'])

const fact = <Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) =>
  z.object({ kind: z.literal(kind), at: number, drill: text.min(1), ...shape })

/** Facts of one drill, by kind. `drill` is the drill's id. */
export const drillFacts = {
  'drill.planned': fact('drill.planned', {
    axes: drillAxes,
    objectives,
    expectations,
    loss: lossMeasure.exactOptional().describe('Not in older runs: they measure writes.'),
    withoutVolume: z
      .literal(true)
      .exactOptional()
      .describe('The service has no volume, so that what the backup moved of volumes does not apply.'),
  }),
  'drill.skipped': fact('drill.skipped', { reason: text }),
  'drill.ended': fact('drill.ended', { error }).describe(
    'The last fact of a drill. Without it the drill was interrupted. `error` is what stopped it early.',
  ),
  'step.started': fact('step.started', { step, what: text }),
  'step.ended': fact('step.ended', { step, what: text, error }),
  probes: fact('probes', { intervalMs: number, timeoutMs: number, samples: z.array(probeSample) }).describe(
    'Probes, in the order in which they were due.',
  ),
  'probes.ended': fact('probes.ended', { sent: number, error }),
  'policy.probes': fact('policy.probes', { intervalMs: number, samples: z.array(callSample) }).describe(
    'Calls that a policy of the mesh denies, in the order in which they were due.',
  ),
  'policy.ended': fact('policy.ended', { sent: number, error }),
  writes: fact('writes', { writes: z.array(write) }).describe('Writes, in the order of their outcomes.'),
  'load.ended': fact('load.ended', { load }),
  'fault.requested': fact('fault.requested', { fault: text, target: text }),
  'fault.observed': fact('fault.observed', {
    fault: text,
    between: z.tuple([number, number]),
    evidence: text.describe('The observed effect, in words and numbers.'),
  }).describe('The fault was seen to take effect. It did so between these two times.'),
  'fault.healed': fact('fault.healed', { fault: text, evidence: text }),
  'backup.requested': fact('backup.requested', { name: text }),
  'backup.ended': fact('backup.ended', {
    name: text,
    operation,
    storedBytes: number
      .min(Number.MIN_SAFE_INTEGER)
      .max(Number.MAX_SAFE_INTEGER)
      .nullable()
      .exactOptional()
      .describe("Growth of the tool's objects in the store. Null if unknown. Not in older runs."),
  }),
  'backup.searched': fact('backup.searched', {
    objects: number.describe('Objects that came into the store since the first backup of the drill began.'),
    bytes: number.min(0).describe('Their size, and the size of those that were searched.'),
    searchedBytes: number.min(0),
    data: flag
      .nullable()
      .describe(
        'True if known data of the volume were found. Null if the data are not in the store, or if not every byte could be searched.',
      ),
    secrets: flag.nullable().describe('True if the text of a Secret of the namespace was found. Null as for `data`.'),
    keyIsPublished: flag.describe('True if the data are encrypted with a key that everyone knows.'),
  }).describe('The new objects in the store were searched for known texts, as stored and after decompression.'),
  'backup.found': fact('backup.found', { name: text, operation }).describe(
    'A scheduled backup of the tool that was the newest when the fault struck.',
  ),
  'restore.requested': fact('restore.requested', { name: text, claim: claimState.exactOptional() }).describe(
    '`claim` is true if the claim of the restored volume existed then. Not in older runs.',
  ),
  'restore.ended': fact('restore.ended', { name: text, operation, claim: claimState.exactOptional() }),
  'backup.proved': fact('backup.proved', { name: text, operation, check: integrityCheck }).describe(
    'A backup was restored as a copy, and every record of that copy was read back.',
  ),
  'integrity.checked': fact('integrity.checked', {
    phase: z.enum(['seeded', 'after-fault', 'after-restore']),
    check: integrityCheck,
  }).describe('Every record of the volume was read back.'),
  resources: fact('resources', { samples: z.array(resourceSample) }),
  'mesh.state': fact('mesh.state', { phase: z.enum(['before', 'after']), state: meshState }),
  'inventory.checked': fact('inventory.checked', { left: z.array(text), error }).describe(
    'After the drill: remaining effects of its fault, one sentence each.',
  ),
  note: fact('note', { text }),
}
