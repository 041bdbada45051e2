import { readConfig } from '../lib/config/config.ts'
import { applyConfigFile } from '../lib/config/file.ts'
import { ensureRunUid } from '../lib/record/run-folder.ts'
import { createLab, ensureTool, NODES_READY } from '../lib/drill/create-lab.ts'
import { tearDown } from '../lib/clusters/embedded/teardown.ts'
import { programs } from '../lib/clusters/embedded/toolchain/programs.ts'
import { startToolchain } from '../lib/clusters/embedded/toolchain/build.ts'
import { alignColumns } from '../lib/report/terminal.ts'
import { veleroFileSystem } from '../lib/components/velero/velero.ts'
import { formatDuration } from '../lib/system/quantity.ts'
import { measureService } from './service.ts'

/** Durations of each part of the lab on this machine: `npm run bench`. It prints figures and never fails. */
const log = (line: string): void => {
  console.error(line)
}

const building = performance.now()
const toolchain = startToolchain({ log, wanted: programs.map(({ name }) => name) })
await toolchain.done()
const builtMs = performance.now() - building

await applyConfigFile(process.env, process.cwd(), log)
await tearDown()
ensureRunUid(process.env)
const config = readConfig({ ...process.env, MESHDRILL_KEEP: '0' })
const starting = performance.now()
const { lab, times } = await createLab(config, { ownerPid: process.pid, log })
const tool = veleroFileSystem()
const installing = performance.now()
await ensureTool(lab, tool)
times.push({ part: tool.name, durationMs: performance.now() - installing })
const service = await measureService(lab, config)
const labMs = performance.now() - starting
const ending = performance.now()
const left = await tearDown()
const teardownMs = performance.now() - ending

const lines = alignColumns([
  ['part', 'took', 'goal'],
  [
    `programs, ${programs.length} in the cache or built`,
    formatDuration(builtMs),
    'cold under 30 min, warm under 0.3 s',
  ],
  ...times.map(({ part, durationMs }) => [`  ${part}`, formatDuration(durationMs), part === NODES_READY ? '5 s' : '']),
  ['  service 2/2, seeded', formatDuration(service.readyMs), ''],
  ['  load running', formatDuration(service.loadMs), ''],
  ['the whole lab, including service and load', formatDuration(labMs), '90 s'],
  [`teardown (${left.join(', ')})`, formatDuration(teardownMs), '5 s'],
])
console.log(lines.join('\n'))
