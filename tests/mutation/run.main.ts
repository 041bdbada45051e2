import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeLine } from '../../lib/output/print.ts'
import { filesOf, groupNames, groups, pathOf, type GroupName } from './groups.ts'

/**
 * `npm run mutation [-- <group> ...]`: runs Stryker for each group, and prints how many changes of each file the tests noticed.
 * Exit code 1: Stryker failed, or the tests noticed too few changes of a group (`break` in stryker.config.json).
 */
const REPORT = 'test-results/mutation/mutation.json'
const NOTICED = new Set(['Killed', 'Timeout'])
const TRIED = new Set([...NOTICED, 'Survived', 'NoCoverage'])

interface Report {
  files: Record<string, { mutants: { status: string }[] }>
}

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !groupNames.includes(name as GroupName))
if (unknown !== undefined) throw new Error(`no group is named "${unknown}". Next: one of ${groupNames.join(', ')}`)

let failed = false
let all = { noticed: 0, tried: 0 }
const rows: string[] = []
for (const name of groupNames.filter((name) => asked.length === 0 || asked.includes(name))) {
  const group = groups[name]
  writeLine('stdout', `${name}: begins at ${new Date().toISOString()}`)
  const { status } = spawnSync('npx', ['stryker', 'run', '--mutate', filesOf(group).map(pathOf).join(',')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--import tsx', TSX_DISABLE_CACHE: '1', MUTATION_GROUP: name },
  })
  failed ||= status !== 0
  const { files } = JSON.parse(readFileSync(REPORT, 'utf8')) as Report
  for (const [file, { mutants }] of Object.entries(files)) {
    const tried = mutants.filter((mutant) => TRIED.has(mutant.status)).length
    const noticed = mutants.filter((mutant) => NOTICED.has(mutant.status)).length
    all = { noticed: all.noticed + noticed, tried: all.tried + tried }
    rows.push(`| \`${file}\` | ${name} | ${tried} | ${percent(noticed, tried)} |`)
  }
}
for (const row of ['| file | group | places | noticed |', '| --- | --- | ---: | ---: |', ...rows])
  writeLine('stdout', row)
writeLine('stdout', `| all | | ${all.tried} | ${percent(all.noticed, all.tried)} |`)
process.exitCode = failed ? 1 : 0

function percent(noticed: number, tried: number): string {
  return tried === 0 ? 'none' : `${((100 * noticed) / tried).toFixed(1)} %`
}
