import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../../lib/config/config.ts'
import { configSchema } from '../../../lib/config/schema.ts'
import { matrix, type Row } from '../../../lib/matrix/matrix.ts'
import { drillNamespace, isDrillNamespace } from '../../../lib/matrix/namespace.ts'
import { nameRow, tagsOf } from '../../../lib/matrix/title.ts'
import { messageOf } from '../../../lib/system/file-error.ts'

/** The name of everything that is added. The tree that is copied does not have it. */
export const MADE_UP = ['made', 'up'].join('-')

/** Prints what a program saw, for the test that runs it. */
export const print = (seen: unknown): boolean => process.stdout.write(JSON.stringify(seen))

/** A new folder beside the copy's own. */
export function makeFolder(name: string): string {
  const folder = join(process.cwd(), 'seen', name)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** A row of the matrix, as people and clusters see it. */
export interface SeenRow {
  title: string
  illegal: string | null
  /** Whether the plan for an existing cluster knows its namespace as that of a drill. */
  isNamespaceKnown: boolean
}

export const seeRows = (isSeen: (row: Row) => boolean): SeenRow[] =>
  matrix.filter(isSeen).map((row) => {
    const mode = row.strategy.split('/')[1] ?? ''
    const isNamespaceKnown = isDrillNamespace(drillNamespace({ ...row, mode }, 2))
    return { title: nameRow(row), illegal: row.illegal, isNamespaceKnown }
  })

/** A project of Playwright, and the rows of the full matrix that it chooses, by their titles. */
interface SeenProject {
  rows: string[]
  /** Whether the project of its lab exists. */
  hasLab: boolean
}

async function seeProject(name: string): Promise<SeenProject> {
  Object.assign(process.env, { MESHDRILL_CLUSTER: 'embedded', MESHDRILL_MATRIX: 'full' })
  const { projects = [] } = (await import('../../../playwright.config.ts')).default
  const found = projects.find((project) => project.name === name)
  if (!(found?.grep instanceof RegExp)) throw new Error(`there is no project "${name}" that chooses rows`)
  const { grep, dependencies = [] } = found
  const chosen = matrix.filter((row) => row.illegal === null && grep.test(tagsOf(row).join(' ')))
  return { rows: chosen.map(nameRow), hasLab: dependencies.every((lab) => projects.some((one) => one.name === lab)) }
}

/** What `npm run docs` writes into the copy. */
export async function seeDocs() {
  await import('../../../lib/config/docs.main.ts')
  const read = (path: string): string => readFileSync(path, 'utf8')
  return {
    matrix: read('docs/matrix.md'),
    schema: read('docs/configuration.schema.json'),
    workflow: read('.github/workflows/nightly.yml'),
    gitlab: read('.gitlab-ci.yml'),
  }
}

export type SeenDocs = Awaited<ReturnType<typeof seeDocs>>

/** What every part of the program says of a name that was added to an axis. */
export interface Seen {
  rows: SeenRow[]
  choice: SeenChoice
  docs: SeenDocs
  project: SeenProject
}

/** `project` is the name of the project that chooses the rows of the added name. */
export const seeProgram = async (
  key: Parameters<typeof seeChoice>[0],
  isOfName: Parameters<typeof seeRows>[0],
  project: string,
): Promise<Seen> => ({
  rows: seeRows(isOfName),
  choice: seeChoice(key),
  docs: await seeDocs(),
  project: await seeProject(project),
})

/** What the configuration makes of a name that was added. */
interface SeenChoice {
  chosen: unknown
  /** What is said of a misspelt name. */
  hint: string
  isAcceptedInFile: boolean
}

function seeChoice(key: 'tool' | 'mesh' | 'workload'): SeenChoice {
  const read = (name: string) => readConfig({ MESHDRILL_CLUSTER: 'embedded', [`MESHDRILL_${key.toUpperCase()}`]: name })
  const { tool, meshes, workloads } = read(MADE_UP)
  let hint = 'nothing'
  try {
    read('maid-up')
  } catch (error) {
    hint = messageOf(error)
  }
  const isAcceptedInFile = configSchema.safeParse({ [key]: MADE_UP }).success
  return { chosen: { tool, mesh: meshes, workload: workloads }[key], hint, isAcceptedInFile }
}
