import { defineConfig, type Project as PlaywrightProject } from '@playwright/test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ToolName } from './lib/components/tools.ts'
import { readConfig, TOOLS } from './lib/config/config.ts'
import { applyConfigFile } from './lib/config/file.ts'
import { writeLine } from './lib/output/print.ts'
import { MESHES, WORKLOADS, type MeshName, type WorkloadName } from './lib/matrix/axes.ts'
import { readVariable } from './lib/system/environment.ts'
import { DRILL_TIMEOUT_MS } from './lib/lab/lab.ts'
import { prepareRun, RESULTS } from './lib/record/run-folder.ts'
import { readArguments, adoptLastRun, artifactsOf, DECLARED_ROWS, findLastRun } from './lib/runner/arguments.ts'
import { endOnEverySignal, outliveHangup } from './lib/runner/signals.ts'
import { requireOwnTransformCache } from './lib/runner/transform-cache.ts'

await requireOwnTransformCache()

const DRILLS = fileURLToPath(new URL('./tests/drills', import.meta.url))
const specs = readdirSync(DRILLS).filter((file) => file.endsWith('.spec.ts'))
const asked = readArguments(
  process.argv,
  specs.map((file) => join(DRILLS, file)),
)
if (asked.runs && asked.namesOutput)
  throw new Error(
    '--output: Playwright would empty that folder before the run. Next: the same command without --output; artifacts are in results/<run>/playwright',
  )
// What is wrong with the configuration is said before anything is changed.
await applyConfigFile(process.env, process.cwd(), (line) => {
  writeLine('stderr', line)
})
const config = readConfig(process.env)
const lastRun = asked.lastFailed ? findLastRun(RESULTS) : null
// Chosen once: the workers inherit it.
process.env.MESHDRILL_CLUSTER = config.cluster

// A command that runs nothing leaves no results.
// Set once, by the first process that reads this file; the workers inherit it.
const run = asked.runs ? prepareRun(process.env) : null
if (process.env.TEST_WORKER_INDEX !== undefined) outliveHangup(process)
else if (run !== null) endOnEverySignal(process)
if (lastRun !== null) {
  if (run === null) process.env.PLAYWRIGHT_LAST_RUN_OUTPUT_FILE = lastRun
  else adoptLastRun(lastRun, run.folder)
}

// A file, as the reporter empties a folder that it is given, and the blobs of other cells may lie there.
if (config.cell !== null) process.env.PLAYWRIGHT_BLOB_OUTPUT_FILE ??= `blob-report/${config.cell}.zip`

// Whoever names rows chooses among all of them; a run that names none drills a slice.
const widened = readVariable(process.env, 'MESHDRILL_MATRIX') === null && (asked.namesTests || asked.lastFailed)
const matrix = widened ? 'full' : config.matrix

// The command is known in the first process only.
if (process.env.TEST_WORKER_INDEX === undefined) process.env[DECLARED_ROWS] = asked.staysInDefaultProjects ? matrix : ''

/** The rows of a project: of its tool, mesh and workloads; of the whole matrix or of its slice. */
function choose({ tool = config.tool, mesh = config.mesh, workloads = config.workloads }: Chosen): RegExp {
  const tags = [
    ...(tool === null ? [] : [tool]),
    `mesh-${mesh}`,
    `workload-(${workloads.join('|')})`,
    ...(matrix === 'full' ? [] : ['slice']),
  ]
  return new RegExp(tags.map((tag) => `(?=.*@${tag}(?![\\w-]))`).join(''))
}

type Project = PlaywrightProject<object, { mesh: MeshName | null }>

interface Chosen {
  tool?: ToolName | null
  mesh?: MeshName
  workloads?: readonly WorkloadName[]
}

const LAB = 'lab'
const isFirst = (mesh: string): boolean => mesh === config.mesh
const labOf = (mesh: string): string => (isFirst(mesh) ? LAB : `${LAB}-${mesh}`)

/** A project of drills. All its drills are on one mesh, as a lab has one. */
const project = (name: string, chosen: Chosen, isDefault = false): Project => ({
  name,
  testMatch: 'drills/*.spec.ts',
  grep: choose(chosen),
  use: { mesh: chosen.mesh ?? config.mesh },
  dependencies: [labOf(chosen.mesh ?? config.mesh)],
  ...(isDefault ? {} : { default: false }),
})

/** One project for each mesh of the run. With several, the name of each project ends with its mesh. */
const projects = (name: string, chosen: Omit<Chosen, 'mesh'>, isDefault = false): Project[] =>
  config.meshes.length === 1
    ? [project(name, chosen, isDefault)]
    : config.meshes.map((mesh) => project(`${name}-${mesh}`, { ...chosen, mesh }, isDefault))

export default defineConfig<object, { mesh: MeshName | null }>({
  testDir: 'tests',
  ...(run === null ? {} : { outputDir: artifactsOf(run.folder) }),
  // Drills measure: two at a time would measure each other. A drill that failed is a result, not something to try again.
  // `--workers` is refused by the global set-up; after `--retries` a drill that failed has failed all the same.
  workers: 1,
  retries: 0,
  failOnFlakyTests: true,
  // With one worker this means only that a shard takes some of the drills, and not whole files.
  fullyParallel: true,
  // What a report that is merged of several says of each test: where it ran. No tool's tag, by which projects choose.
  ...(config.cell === null ? {} : { tag: `@cell-${config.cell}` }),
  forbidOnly: Boolean(process.env.CI),
  timeout: DRILL_TIMEOUT_MS,
  globalSetup: './tests/global-setup.ts',
  // The run is judged there, and not by a reporter, which the user may replace.
  globalTeardown: ['./tests/global-teardown.ts', './tests/judgement.ts'],
  reporter:
    run === null
      ? 'list'
      : [
          ['./lib/report/reporter.ts'],
          ['html', { outputFolder: `${run.folder}/html`, open: 'never' }],
          ['junit', { outputFile: `${run.folder}/junit.xml` }],
          ...(config.cell === null ? [] : ([['blob']] as const)),
        ],
  projects: [
    ...MESHES.map((mesh) => ({
      ...{ name: labOf(mesh), testMatch: 'lab.setup.ts', timeout: 60 * 60_000, teardown: 'end of the lab' },
      use: { mesh },
      ...(isFirst(mesh) ? {} : { default: false }),
    })),
    { name: 'end of the lab', testMatch: 'lab.teardown.ts' },
    // One project for all tools: projects run one after another, and what is compared must share the hours of the machine.
    ...projects('drills', {}, true),
    ...TOOLS.flatMap((tool) => projects(tool, { tool })),
    ...WORKLOADS.flatMap((workload) => projects(`workload-${workload}`, { workloads: [workload] })),
    ...MESHES.map((mesh) => project(`mesh-${mesh}`, { mesh })),
    // Backup tools that are broken on purpose: each must be failed.
    { name: 'controls', testMatch: 'controls/*.spec.ts', dependencies: ['lab'], default: false },
  ],
})
