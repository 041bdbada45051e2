import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { MESHES } from '../matrix/axes.ts'
import { TOOLS } from './options.ts'

/** The keys of a night's cells in the jobs of GitHub and of GitLab, with the names that each cell takes in turn. */
const CELLS: Record<string, readonly string[]> = {
  tool: TOOLS,
  mesh: MESHES,
  MESHDRILL_TOOL: TOOLS,
  MESHDRILL_MESH: MESHES,
}

/** Files of CI with a job for each tool and mesh. */
export const CI_FILES = ['.github/workflows/nightly.yml', '.gitlab-ci.yml']

/** A file of CI with a cell for every tool and mesh that there is. Errors: the file has no such lists. */
export async function replaceCells(text: string): Promise<string> {
  let count = 0
  const replaced = text.replace(/^([ -]*)(\w+): \[[^\]]*\]$/gm, (line, indent: string, key: string) => {
    const names = CELLS[key]
    if (names === undefined) return line
    count += 1
    return `${indent}${key}: [${names.join(', ')}]`
  })
  if (count !== 2) throw new Error(`the file has ${count} lists of tools and meshes, not 2`)
  const style = await resolveConfig(fileURLToPath(import.meta.url))
  return format(replaced, { ...style, parser: 'yaml' })
}
