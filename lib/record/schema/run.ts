import { z } from 'zod'

/** Changes with the shape or meaning of any fact. Facts of another schema are refused. */
export const EVENTS_SCHEMA = 'meshdrill/events@1'

const text = z.string()
const number = z.number()
const count = z.int().min(0)

const machine = z.object({ cpus: number, memoryBytes: number })

const describedRun = {
  id: text,
  uid: text.exactOptional().describe('Random UUID. Two runs may share an id, never a UUID. Not in older runs.'),
  seed: number.nullable().describe('Null, as nodes and machine, only in a merged run whose runs differ in it.'),
  provider: text,
  kubernetes: text,
  nodes: number.nullable(),
  machine: machine.nullable(),
}

export const mergedRun = z.object({
  ...describedRun,
  startedAt: number,
  durationMs: number.nullable().describe('Null if the run did not come to its end.'),
  drills: number.describe('How many of its drills are here. They stand together, in the order of the runs.'),
  drillIds: z
    .record(text, text)
    .exactOptional()
    .describe('The id of each of these drills in its own run, by its id here. Not in runs that older versions merged.'),
})

export const runDescription = z.object({
  ...describedRun,
  merged: z
    .object({ runs: z.array(mergedRun), told: z.array(text) })
    .exactOptional()
    .describe('Of a merged run: its runs, and in what they differ, a sentence each.'),
})

export const manifestCounts = z
  .object({
    objects: count.describe('Objects, each once, however often it is applied.'),
    definitions: count.describe('CustomResourceDefinitions among the objects.'),
    images: count.describe('Distinct images of containers and init containers in pod templates.'),
    privilegedPods: count.describe(
      "Pod templates that reach into the node: a privileged container, the node's network, process or IPC namespace, or a hostPath volume.",
    ),
    permissions: count.describe(
      'Pairs of a resource (or a URL) and a verb in the rules of Roles and ClusterRoles, added up. `*` counts as one.',
    ),
    unboundedGrants: count.describe(
      'Rules that allow every verb or every resource, and bindings to cluster-admin. `permissions` cannot count them.',
    ),
  })
  .describe('Counts of the manifests that a tool applies, without what its operators create later.')

export const userEffort = z
  .object({
    configuration: z
      .array(z.object({ what: text, lines: count }))
      .describe('Each text that the user writes, with its lines that are neither blank nor a comment.'),
    firstBackup: z.array(text).describe('Steps from an installed tool to the first backup, a sentence each.'),
    restore: z.array(text).describe('Steps from the loss to a restore that has begun.'),
    source: text.describe('Where the driver does just this.'),
  })
  .describe("What a user does by hand to protect a service with one volume, as the strategy's driver declares it.")

/** Facts of the run as a whole, by kind. */
export const runFacts = {
  'run.started': z.object({
    kind: z.literal('run.started'),
    at: number,
    schema: z.literal(EVENTS_SCHEMA),
    run: runDescription,
  }),
  'run.component': z.object({
    ...{ kind: z.literal('run.component'), at: number, name: text, version: text, source: text },
    differs: z
      .object({ version: text, reason: text })
      .exactOptional()
      .describe('The version that a run with the other kind of artifacts has, and why. Absent if it is the same.'),
  }),
  'run.tool': z
    .object({
      kind: z.literal('run.tool'),
      at: number,
      tool: text,
      strategy: text,
      version: text,
      installMs: number.min(0).nullable().describe('From the first request until the tool is ready.'),
      manifests: manifestCounts.nullable(),
      effort: userEffort,
    })
    .describe(
      'Before a drill: its strategy is ready to back up. `installMs` and `manifests` are null if the tool was there already.',
    ),
  'run.ended': z.object({ kind: z.literal('run.ended'), at: number }),
}
