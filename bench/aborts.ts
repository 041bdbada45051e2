import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killAndHeal } from '../tests/unit/faults/undo/aborts/killing.ts'

// Measures how long the next start takes to undo every fault after a SIGKILL of worker or main process.
// npx tsx bench/aborts.ts --kills 100 --seed 1
const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
})
const kills = Number(values.kills)
let failed = false
for (const watchdog of [false, true]) {
  const folder = mkdtempSync(join(tmpdir(), 'meshdrill-aborts-'))
  const { kills: done, drillsOnFault } = await killAndHeal(folder, {
    kills: Math.ceil(kills / 2),
    seed: Number(values.seed) + Number(watchdog),
    watchdog,
  })
  const onFault = done.filter(({ applied }) => applied)
  const healedMs = done.map((one) => one.healedMs).sort((one, other) => one - other)
  const slowest = healedMs.at(-1) ?? 0
  const count = (target: string) => done.filter((one) => one.target === target).length
  console.log(
    `watchdog ${watchdog ? 'on' : 'off'}: ${done.length} SIGKILLs (${count('worker')} worker, ${count('main')} main, ${count('both')} both), ` +
      `${onFault.length} with a fault applied; clean after the next start: median ${healedMs[Math.floor(healedMs.length / 2)] ?? 0} ms, ` +
      `slowest ${slowest} ms; drills that started with a fault: ${drillsOnFault}`,
  )
  failed ||= drillsOnFault > 0 || slowest > 5000
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0
