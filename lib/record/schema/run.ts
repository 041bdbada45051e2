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
  seed: number.nullable().describe('Null only if merged runs differ in it. The same holds for nodes and machine.'),
  provider: text,
  kubernetes: text,
  nodes: number.nullable(),
  machine: machine.nullable(),
}

export const mergedRun = z.object({
  ...describedRun,
  startedAt: number,
  durationMs: number.nullable().describe('Null if the run did not finish.'),
  drills: number.describe('Number of its drills in the merged run. They are consecutive, in the order of the runs.'),
  drillIds: z
    .record(text, text)
    .exactOptional()
    .describe('Original id of each drill, by its id in the merged run. Not in runs that older versions merged.'),
})

export const runDescription = z.object({
  ...describedRun,
  merged: z
    .object({ runs: z.array(mergedRun), told: z.array(text) })
    .exactOptional()
    .describe('The runs of a merged run, and their differences, one sentence each.'),
})

export const manifestCounts = z
  .object({
    objects: count.describe('Number of distinct objects.'),
    definitions: count.describe('CustomResourceDefinitions among the objects.'),
    images: count.describe('Distinct images of containers and init containers in pod templates.'),
    privilegedPods: count.describe(
      "Pod templates that reach into the node: a privileged container, the node's network, process or IPC namespace, or a hostPath volume.",
    ),
    permissions: count.describe(
      'Number of pairs of a resource (or a URL) and a verb in all rules of Roles and ClusterRoles. `*` counts as one.',
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
      .describe('Each text that the user writes, with its number of lines without blank lines and comments.'),
    firstBackup: z.array(text).describe('Steps from an installed tool to the first backup, one sentence each.'),
    restore: z.array(text).describe('Steps from the loss to a restore that has begun.'),
    source: text.describe('Place of the same steps in the driver.'),
  })
  .describe("Manual work of a user to protect a service with one volume, as declared by the strategy's driver.")

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
      .describe('Version of a run with the other kind of artifacts, and the reason. Absent if it is the same.'),
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
      'Before a drill: its strategy is ready to back up. `installMs` and `manifests` are null if the tool was installed already.',
    ),
  'run.ended': z.object({ kind: z.literal('run.ended'), at: number }),
}
