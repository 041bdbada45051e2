import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { parse } from 'yaml'
import { KUBERNETES } from '../../lib/clusters/versions.ts'
import { CI_FILES, replaceCells } from '../../lib/config/ci.ts'
import { TOOLS } from '../../lib/config/config.ts'
import { MESHES } from '../../lib/matrix/axes.ts'

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
const WORKFLOWS = fileURLToPath(new URL('../../.github/workflows/', import.meta.url))
const files = readdirSync(WORKFLOWS).map((name) => `.github/workflows/${name}`)
/** The steps that jobs share. */
const ACTION = '.github/actions/prepare/action.yml'
const shared = parse(read(ACTION)) as { runs: { steps: Job['steps'] } }

interface Workflow {
  concurrency?: { 'cancel-in-progress': boolean }
  jobs: Record<string, Job>
}

interface Job {
  if?: string
  needs?: string
  concurrency?: { 'cancel-in-progress': boolean }
  strategy?: { 'fail-fast': boolean; matrix: Record<string, unknown[]> }
  steps: { run?: string; uses?: string }[]
}

const workflowOf = (file: string): Workflow => parse(read(file)) as Workflow
const jobsOf = (file: string): Job[] => Object.values(workflowOf(file).jobs)

type GitLabJob = Partial<Record<'before_script' | 'script' | 'after_script', string[]>> & {
  interruptible?: boolean
  parallel?: { matrix: Record<string, string[]>[] }
}
const gitlab = parse(read('.gitlab-ci.yml')) as Record<string, GitLabJob>

/** Commands of a page: the lines of its shell examples without variables and comments, and what it quotes. */
function commandsOf(page: string): string[] {
  const examples = [...page.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, text = '']) => text.split('\n'))
  const quoted = [...page.replaceAll(/```[^]*?```/g, '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text)
  const lines = examples.map((line) => line.replace(/ +#.*$/, '').replace(/^(?:[A-Z_]+=\S+ )+/, ''))
  return [...lines.flatMap((line) => line.split(' && ')), ...quoted].map((line) => line.trim()).filter(Boolean)
}

/** As it is called in one of its cells. */
const inACell = (command: string): string => command.replaceAll(/\$\{\{ matrix\.shard \}\}|\$SHARD\b/g, '1')

const called = [
  ...[shared.runs, ...files.flatMap(jobsOf)].flatMap(({ steps }) => steps.flatMap(({ run }) => run?.split('\n') ?? [])),
  ...Object.values(gitlab).flatMap((job) =>
    [job.before_script, job.script, job.after_script].flatMap((one) => one ?? []),
  ),
].map((line) => inACell(line.trim()))

test('the workflows call only commands that README or docs/ci.md give', () => {
  const given = ['README.md', 'docs/ci.md'].flatMap((page) => commandsOf(read(page)))
  expect(called.length).toBeGreaterThan(15)
  expect(called.filter((command) => !given.includes(command))).toEqual([])
})

test('actions are pinned by commit, with a comment that names the version', () => {
  const uses = [ACTION, ...files].flatMap((file) =>
    [...read(file).matchAll(/uses: (.*)/g)].map(([, text = '']) => text),
  )
  const foreign = uses.filter((action) => !action.startsWith('./'))
  expect(foreign.length).toBeGreaterThan(8)
  for (const action of foreign) expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})

test('Go has one version: in .go-version, in the job that installs it by hand, and in its page', () => {
  const version = read('.go-version').trim()
  expect(read('.gitlab-ci.yml')).toContain(`go${version}.linux-amd64`)
  expect(read('docs/ci.md')).toContain(`go${version}.linux-amd64`)
})

test('each night drills every tool and mesh there is, on the Kubernetes that there is', () => {
  const { strategy } = workflowOf('.github/workflows/nightly.yml').jobs.drills ?? {}
  const cells = {
    tool: [...TOOLS],
    mesh: [...MESHES],
    kubernetes: [KUBERNETES.version.replace(/\.\d+$/, '')],
    shard: [1, 2],
  }
  expect(strategy?.matrix).toEqual(cells)
  expect(strategy?.['fail-fast']).toBe(false)
  const [matrix] = gitlab.nightly?.parallel?.matrix ?? []
  expect(matrix).toEqual({
    MESHDRILL_TOOL: cells.tool,
    MESHDRILL_MESH: cells.mesh,
    KUBERNETES: cells.kubernetes,
    SHARD: ['1', '2'],
  })
})

test('the cells of a night are up to date: npm run docs writes them', async () => {
  for (const file of CI_FILES) expect(await replaceCells(read(file)), file).toBe(read(file))
})

test('the cells of a night are written anew after a tool or mesh was added, and the rest of the file stays', async () => {
  for (const file of CI_FILES) {
    const old = read(file)
      .replace(/(tool: )\[[^\]]*\]/i, '$1[velero]')
      .replace(/(mesh: )\[[^\]]*\]/i, '$1[]')
    expect(old).not.toBe(read(file))
    expect(await replaceCells(old), file).toBe(read(file))
  }
  await expect(replaceCells('jobs: {}\n')).rejects.toThrow('has 0 lists of tools and meshes')
})

test('what is measured is never cut off, and the sweep comes always', () => {
  const isMeasured = (job: Job): boolean => job.steps.some(({ run }) => run?.startsWith('npx playwright test') ?? false)
  for (const file of files) {
    expect(workflowOf(file).concurrency?.['cancel-in-progress'] ?? false).toBe(false)
    for (const job of jobsOf(file).filter(isMeasured))
      expect(job.concurrency?.['cancel-in-progress'] ?? false).toBe(false)
  }
  expect(gitlab['.lab']?.interruptible).toBe(false)
  const { sweep, report } = workflowOf('.github/workflows/nightly.yml').jobs
  for (const job of [sweep, report]) expect(job).toMatchObject({ if: 'always()', needs: 'drills' })
  expect(sweep?.steps.at(-1)?.run).toBe('npm run lab:down')
})
