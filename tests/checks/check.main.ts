import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import { codeOf } from '../../lib/system/file-error.ts'
import { formatDuration } from '../../lib/system/quantity.ts'
import { lineWriter, printUncaughtErrors, writeLine, writeText } from '../../lib/output/print.ts'

// Runs scripts of package.json beside each other. Each argument is a lane: scripts that run one after another, with commas between.
// The output of the first lane is printed as it comes, that of the others when each script has ended.
printUncaughtErrors()
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
const lanes = process.argv.slice(2).map((lane) =>
  lane.split(',').map((name) => {
    const command = scripts[name]
    if (command === undefined) throw new Error(`"${name}" is no script of package.json. Next: npm run`)
    return { name, command }
  }),
)
const running = new Set<ChildProcess>()
let isEnding = false

/** Ends all checks with the processes that they started. */
function endAll(): void {
  isEnding = true
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGTERM')
    } catch (error) {
      // The group may have ended by itself.
      if (codeOf(error) !== 'ESRCH') throw error
    }
  }
}

function run(name: string, command: string, prints: 'as it comes' | 'at its end'): Promise<void> {
  const startedMs = Date.now()
  const env = { ...process.env, PATH: `${resolve('node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}` }
  // A group of its own, so that it can be ended with its children.
  const child = spawn('/bin/sh', ['-c', command], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let output = ''
  const lines = lineWriter('stdout')
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (prints === 'as it comes') lines.write(text)
      else output += text
    })
  return new Promise((done, fail) => {
    child.once('error', fail).once('close', (code) => {
      running.delete(child)
      const after = formatDuration(Date.now() - startedMs)
      if (isEnding) {
        writeLine('stdout', `check "${name}" was ended after ${after}`)
        done()
        return
      }
      lines.end()
      if (output !== '') writeText('stdout', output)
      if (code === 0) writeLine('stdout', `check "${name}" passed after ${after}`)
      else {
        writeLine(
          'stdout',
          `check "${name}" failed with exit code ${code ?? 'none'} after ${after}. Next: npm run ${name}`,
        )
        process.exitCode = 1
        endAll()
      }
      done()
    })
  })
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    process.exitCode = 1
    endAll()
  })
await Promise.all(
  lanes.map(async (lane, index) => {
    for (const { name, command } of lane)
      if (!isEnding) await run(name, command, index === 0 ? 'as it comes' : 'at its end')
  }),
)
