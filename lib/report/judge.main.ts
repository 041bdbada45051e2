import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { writeResults } from './results.ts'
import { renderDrills } from './terminal.ts'

/** Judges the facts of an old run again: `node --import tsx lib/report/judge.main.ts results/<run>`. */
function main(folder: string | undefined): void {
  if (folder === undefined) throw new Error('which run? Give its folder: judge.main.ts results/latest')
  const runFolder = realpathSync(folder)
  const { drills } = writeResults(runFolder)
  console.log(renderDrills(drills))
  console.log(`\n${join(runFolder, 'report.html')}`)
}

try {
  main(process.argv[2])
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
