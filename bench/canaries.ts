import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stateFolder } from '../lib/system/environment.ts'
import { canaryFinder, filesBelow, processArguments, type Leak } from './canaries/find.ts'

/**
 * Runs drills and searches for the run's secrets where none may be: in the arguments of every process, in the output, and in the
 * results. `npx tsx bench/canaries.ts npx playwright test -g 'restic/manual'`. Exit code 1 if a secret is found.
 */
const [program, ...args] = process.argv.slice(2)
if (program === undefined) throw new Error('no command was given. Next: npx tsx bench/canaries.ts npx playwright test')

const secrets = new Set<string>()
const leaks = new Map<string, Leak>()
const note = (found: Leak[]): void => {
  for (const leak of found) leaks.set(`${leak.where} ${leak.canary}`, leak)
}
let looks = 0

/** Collects the secrets that the processes of this user's runs have exchanged so far. */
function learn(): void {
  const folder = join(stateFolder(), 'secrets')
  for (const name of existsSync(folder) ? readdirSync(folder) : [])
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean))
      secrets.add(JSON.parse(line) as string)
}

const before = new Set(existsSync('results') ? readdirSync('results') : [])
const child = spawn(program, args, { stdio: ['inherit', 'pipe', 'pipe'] })
const printed: Buffer[] = []
for (const [output, terminal] of [
  [child.stdout, process.stdout],
  [child.stderr, process.stderr],
] as const) {
  output.on('data', (chunk: Buffer) => {
    printed.push(chunk)
    terminal.write(chunk)
  })
}
let code: number | null | undefined
child.once('close', (exitCode) => (code = exitCode))
while (code === undefined) {
  learn()
  const find = canaryFinder(secrets)
  for (const { pid, line } of processArguments())
    note(find(line, `arguments of process ${pid}: ${line.toString().slice(0, 80)}`))
  looks++
  await sleep(100)
}
const find = canaryFinder(secrets)
const printedBytes = Buffer.concat(printed)
note(find(printedBytes, 'the output'))
const folders = readdirSync('results').filter((name) => !before.has(name) && name !== 'latest')
const files = folders.flatMap((name) => filesBelow(join('results', name)))
let bytes = 0
for (const file of files) {
  const content = readFileSync(file)
  bytes += content.length
  note(find(content, file))
}
console.log(
  `${secrets.size} secrets; arguments of all processes read ${looks} times, ${printedBytes.length} bytes printed, ` +
    `${files.length} files of ${bytes} bytes in ${folders.join(', ') || 'no results'}; exit code ${code ?? 'none'}`,
)
for (const { canary, where } of leaks.values()) console.log(`found a secret of ${canary.length} characters in ${where}`)
console.log(`${leaks.size} secrets found outside`)
process.exitCode = leaks.size === 0 && secrets.size > 0 ? 0 : 1
