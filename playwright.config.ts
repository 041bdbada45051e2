import { defineConfig } from '@playwright/test'
import { readConfig, TOOLS } from './lib/config.ts'
import { prepareRun } from './lib/run-folder.ts'

// What is wrong with the configuration is said before anything is changed.
const config = readConfig(process.env)
// Chosen once: the workers inherit it.
process.env.MESHDRILL_CLUSTER = config.cluster

// Who only asks which drills there are leaves no results.
const listing = process.argv.includes('--list')
// Set once, by the first process that reads this file; the workers inherit it.
const run = listing ? null : prepareRun(process.env)

// A file, as the reporter empties a folder that it is given, and the blobs of other cells may lie there.
if (config.cell !== null) process.env.PLAYWRIGHT_BLOB_OUTPUT_FILE ??= `blob-report/${config.cell}.zip`

/** The rows of a tool, or of all; of the whole matrix or of its slice. */
function choose(tool: string | null): RegExp {
  const tags = [...(tool === null ? [] : [tool]), ...(config.matrix === 'full' ? [] : ['slice'])]
  return new RegExp(tags.map((tag) => `(?=.*@${tag}\\b)`).join(''))
}

export default defineConfig({
  testDir: 'tests',
  ...(run === null ? {} : { outputDir: `${run.folder}/playwright` }),
  // Drills measure: two at a time would measure each other. A drill that failed is a result, not something to try again.
  workers: 1,
  retries: 0,
  // With one worker this means only that a shard takes some of the drills, and not whole files.
  fullyParallel: true,
  // What a report that is merged of several says of each test: where it ran. No tool's tag, by which projects choose.
  ...(config.cell === null ? {} : { tag: `@cell-${config.cell}` }),
  forbidOnly: Boolean(process.env.CI),
  timeout: 10 * 60_000,
  globalTeardown: './tests/global-teardown.ts',
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
    { name: 'lab', testMatch: 'lab.setup.ts', timeout: 60 * 60_000, teardown: 'end of the lab' },
    { name: 'end of the lab', testMatch: 'lab.teardown.ts' },
    // One project for all tools: projects run one after another, and what is compared must share the hours of the machine.
    { name: 'drills', testMatch: 'drills.spec.ts', grep: choose(config.tool), dependencies: ['lab'] },
    ...TOOLS.map((tool) => ({
      name: tool,
      testMatch: 'drills.spec.ts',
      grep: choose(tool),
      dependencies: ['lab'],
      default: false,
    })),
    // Backup tools that are broken on purpose: each must be failed.
    { name: 'controls', testMatch: 'controls/*.spec.ts', dependencies: ['lab'], default: false },
  ],
})
