/** Watches one processor: it is pinned to it, has a higher priority than the probers, and reports each late wake-up. */
import { readSettings } from '../../lib/system/child-settings.ts'
import { raisePriority } from '../../lib/probes/availability/protocol.ts'
import { now } from '../../lib/probes/availability/run-prober.ts'
import type { WatchLine, WatchSettings } from './watch.ts'

const EVERY_MS = 5

const { lateMs } = await readSettings<WatchSettings>()
const tell = (line: WatchLine) => process.stdout.write(`${JSON.stringify(line)}\n`)

raisePriority(2)
let looks = 0
let lookedMs = now()

function look(): void {
  const woken = now()
  if (woken - lookedMs > EVERY_MS + lateMs) tell({ stall: [lookedMs, woken] })
  lookedMs = woken
  looks++
}

tell({ looks })
const timer = setInterval(look, EVERY_MS)
process.stdin.resume().once('close', () => {
  clearInterval(timer)
  look()
  tell({ looks })
})
