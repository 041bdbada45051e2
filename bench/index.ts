import { readConfig } from '../lib/config.ts'
import { createLab, NODES_READY } from '../lib/create-lab.ts'
import { tearDown } from '../lib/clusters/embedded/teardown.ts'
import { components } from '../lib/clusters/embedded/toolchain/components.ts'
import { startToolchain } from '../lib/clusters/embedded/toolchain/build.ts'
import { measureService } from './service.ts'
import { printTable } from './table.ts'

/** How fast the lab is on this machine, part by part: `npm run bench`. Figures, never a pass or a fail. */
const log = (line: string): void => {
  console.error(line)
}

const building = performance.now()
const toolchain = startToolchain({ log })
await toolchain.done()
const builtMs = performance.now() - building

await tearDown()
const config = readConfig({ ...process.env, MESHDRILL_KEEP: '0' })
const starting = performance.now()
const { lab, times } = await createLab(config, { ownerPid: process.pid, log })
const service = await measureService(lab, config)
const labMs = performance.now() - starting
const ending = performance.now()
const left = await tearDown()
const teardownMs = performance.now() - ending

const seconds = (durationMs: number): string => `${(durationMs / 1000).toFixed(1)} s`
printTable(
  ['part', 'took', 'goal'],
  [
    [`programs, ${components.length} in the cache or built`, seconds(builtMs), 'cold under 30 min, warm under 0.3 s'],
    ...times.map(({ part, durationMs }) => [`  ${part}`, seconds(durationMs), part === NODES_READY ? '5 s' : '']),
    ['  service 2/2, seeded', seconds(service.readyMs), ''],
    ['  load running', seconds(service.loadMs), ''],
    ['the whole lab, service and load included', seconds(labMs), '90 s'],
    [`teardown (${left.join(', ')})`, seconds(teardownMs), '5 s'],
  ],
)
